const digits = "([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})";
const forms = [digits, `\\{${digits}\\}`, `urn:uuid:${digits}`];

/** A UUID in any usual spelling: with or without hyphens, in braces, as a URN, in any case. */
export const uuidPattern = new RegExp(`^(?:${forms.join("|")})$`, "i");

/** A UUID as it is written here: lower case, with hyphens. Other texts stay as they are. */
export function canonicalId(text: string): string {
  const groups = uuidPattern.exec(text);
  if (groups === null) return text;
  const parts = groups.slice(1).filter((part) => part !== undefined);
  return parts.join("-").toLowerCase();
}
