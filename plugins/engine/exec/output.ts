const maxBytes = 10_240;
const maxLines = 256;
const headLines = 128;
const tailLines = 128;
const headBytes = 5120;

/** What the model is shown of a command's output: all of it, or its first and last lines, 10240 bytes at most. */
export function formatForModel(text: string): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length <= maxLines && Buffer.byteLength(text) <= maxBytes) return text;

  const head = lines.slice(0, headLines);
  const tail = lines.slice(Math.max(headLines, lines.length - tailLines));
  const omitted = lines.length - head.length - tail.length;
  const mark = `\n[... omitted ${omitted} of ${lines.length} lines ...]\n\n`;
  const start = firstBytes(head.join("\n"), headBytes) + mark;
  return start + lastBytes(tail.join("\n"), maxBytes - Buffer.byteLength(start));
}

/** The result of a shell call as the model reads it; the order of keys and the one decimal are part of the format. */
export function shellResultJson(output: string, exitCode: number, durationMs: number): string {
  const seconds = (Math.round(durationMs / 100) / 10).toFixed(1);
  return `{"output":${JSON.stringify(output)},"metadata":{"exit_code":${exitCode},"duration_seconds":${seconds}}}`;
}

function firstBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  return bytes.subarray(0, characterStart(bytes, limit, -1)).toString();
}

function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  return bytes.subarray(characterStart(bytes, bytes.length - limit, 1)).toString();
}

/** The nearest place, from `at` in steps of `step`, where a UTF-8 character begins. */
export function characterStart(bytes: Uint8Array, at: number, step: 1 | -1): number {
  let place = at;
  // A UTF-8 character has at most three bytes after its first; other bytes are no text at all.
  for (let tries = 0; tries < 3 && isContinuation(bytes[place]); tries++) place += step;
  return isContinuation(bytes[place]) ? at : place;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
