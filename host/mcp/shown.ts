const longest = 80;

/** A value that was sent, as JSON for an error text; long ones are cut. Never throws. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  const text = asJson(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    // JSON of any depth is read, but only what the stack holds is written.
    return "a value nested too deeply to show";
  }
}
