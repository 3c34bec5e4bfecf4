const digits = "([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})";
const forms = [`${digits}`, `\\{${digits}\\}`, `urn:uuid:${digits}`].map(
  (form) => new RegExp(`^${form}$`, "i"),
);

/** A UUID in lower case with hyphens, from any usual spelling: bare, in braces, as a URN (RFC 9562). */
export function canonicalId(text: string): string | undefined {
  for (const form of forms) {
    const groups = form.exec(text);
    if (groups !== null) return groups.slice(1).join("-").toLowerCase();
  }
  return undefined;
}
