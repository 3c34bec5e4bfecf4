// What can hide or move text on a person's screen: controls but tab and newline, and the marks that
// turn the direction of writing.
const hidden = /(?![\t\n])[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Text of the model for a person to judge, with what would not show spelled out. */
export function visible(text: string): string {
  return text.replaceAll(hidden, codePoint);
}

/** A code point of four hexadecimal digits, as JavaScript and bash write it. */
function codePoint(mark: string): string {
  return `\\u${(mark.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
