/** What a character of a path is worth as the place of a match, by the character before it. */
const white = 0;
const symbol = 1;
const delimiter = 2;
const lower = 3;
const upper = 4;
const letter = 5;
const digit = 6;

const asciiClasses = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[a-z]/.test(char)) return lower;
  if (/[A-Z]/.test(char)) return upper;
  if (/[0-9]/.test(char)) return digit;
  if ("/,:;|".includes(char)) return delimiter;
  return /[ \t\n\f\r]/.test(char) ? white : symbol;
});

function classOf(code: number): number {
  if (code < 128) return asciiClasses[code] ?? symbol;
  const char = String.fromCodePoint(code);
  if (/\p{Lowercase}/u.test(char)) return lower;
  if (/\p{Uppercase}/u.test(char)) return upper;
  if (/\p{N}/u.test(char)) return digit;
  if (/\p{Alphabetic}/u.test(char)) return letter;
  return /\s/u.test(char) ? white : symbol;
}

function bonusBetween(before: number, now: number): number {
  if (now > delimiter) {
    if (before === white) return 10;
    if (before === delimiter) return 9;
    if (before === symbol) return 8;
  }
  if (now === digit) return before === digit ? 0 : 5;
  if (now === upper) return before === lower ? 5 : 0;
  if (now === white) return 10;
  return now === symbol ? 8 : 0;
}

/**
 * Bonuses of two bytes that follow each other, at `before * 256 + now`; those of other scripts count
 * as small letters. Plain loops over classes: the first search waits for this table.
 */
export const byteBonuses = new Uint8Array(65_536);
const byteClasses = new Uint8Array(256).fill(lower);
byteClasses.set(asciiClasses);
for (let before = 0; before < 256; before += 1) {
  const above = byteClasses[before] ?? lower;
  for (let now = 0; now < 256; now += 1) {
    byteBonuses[(before << 8) | now] = bonusBetween(above, byteClasses[now] ?? lower);
  }
}

/** The bonus of a character; the start of a path counts as white space before it. */
export function bonusOf(before: number | undefined, now: number): number {
  return bonusBetween(before === undefined ? white : classOf(before), classOf(now));
}

/** The code of the character without case. */
export function lowerCode(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  return String.fromCodePoint(code).toLowerCase().codePointAt(0) ?? code;
}

// Letters that are no base letter with a mark, so that decomposing them changes nothing.
const plainForms: Readonly<Record<string, string>> = {
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ħ: "h",
  Ħ: "H",
  ı: "i",
};

/** The code of the character without its accents. */
export function plainCode(code: number): number {
  if (code < 128) return code;
  const char = String.fromCodePoint(code);
  return (plainForms[char] ?? char.normalize("NFD")).codePointAt(0) ?? code;
}
