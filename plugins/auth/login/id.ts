/**
 * A UUID in lower case with hyphens; it may come without them, in braces, or as a URN. `undefined`
 * for anything else.
 */
export function canonicalId(text: string): string | undefined {
  const bare = /^(?:urn:uuid:(.+)|\{(.+)\}|(.+))$/i.exec(text);
  const id = bare?.[1] ?? bare?.[2] ?? bare?.[3] ?? "";
  const parts = /^([\da-f]{8})(-?)([\da-f]{4})\2([\da-f]{4})\2([\da-f]{4})\2([\da-f]{12})$/i.exec(
    id,
  );
  if (parts === null) return undefined;
  return [parts[1], parts[3], parts[4], parts[5], parts[6]].join("-").toLowerCase();
}
