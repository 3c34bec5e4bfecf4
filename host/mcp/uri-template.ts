/**
 * The values of a URI template's placeholders in a URI, or `undefined` when it does not fit
 * (RFC 6570, level 1: `{name}` stands for percent-encoded text without reserved characters).
 */
export function matchTemplate(template: string, uri: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template
    .split(/(\{[^{}]*\})/)
    .map((part) => {
      if (!part.startsWith("{")) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      names.push(part.slice(1, -1));
      return "([^/?#]+)";
    })
    .join("");
  const found = new RegExp(`^${pattern}$`).exec(uri);
  if (found === null) return undefined;
  try {
    return Object.fromEntries(
      names.map((name, index): [string, string] => [
        name,
        decodeURIComponent(found[index + 1] ?? ""),
      ]),
    );
  } catch {
    // A percent sign without two hex digits: no URI that the template could have made.
    return undefined;
  }
}
