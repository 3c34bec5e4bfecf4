import { fileURLToPath } from "node:url";

/** A mistake in a module's text. */
interface SyntaxFault {
  readonly place: string;
  readonly reason: string;
  readonly text: string;
}

// How Node begins the stack of a syntax error: place, line, carets.
const head = /^(.+):(\d+)\n([^\n]*)\n(?:([ \t]*)\^+)?/;
const reasonLine = /^\w*SyntaxError[^:\n]*: (.*)$/m;

/**
 * Names file, line and text of a syntax error; `undefined` for any other error. `files` are those
 * that were loaded, the last one last: Node does not say which module it could not read.
 */
export async function describeSyntaxError(
  error: unknown,
  files: readonly string[],
): Promise<string | undefined> {
  if (!(error instanceof SyntaxError)) return undefined;
  const fault = readFault(error.stack ?? "") ?? (await checkFiles(files, error.message));
  if (fault === undefined) return undefined;
  const text = fault.text.trim();
  return `syntax error at ${fault.place}: ${fault.reason}${text === "" ? "" : ` in: ${text}`}`;
}

function readFault(report: string): SyntaxFault | undefined {
  const [, file, line, text = "", indent] = head.exec(report) ?? [];
  const why = reasonLine.exec(report)?.[1];
  if (file === undefined || why === undefined) return undefined;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  const column = indent === undefined ? "" : `:${indent.length + 1}`;
  const shown = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  return { place: `${path}:${line}${column}`, reason: why, text: shown };
}

/** Has Node read each file without running it, the most likely first, until one is wrong like this. */
async function checkFiles(
  files: readonly string[],
  reason: string,
): Promise<SyntaxFault | undefined> {
  const { execa } = await import("execa");
  for (const file of files.slice(-20).toReversed()) {
    const { exitCode, stderr } = await execa(process.execPath, ["--check", file], {
      reject: false,
      stdin: "ignore",
      timeout: 5000,
    });
    const fault = exitCode === 0 ? undefined : readFault(stderr);
    if (fault?.reason === reason) return fault;
  }
  return undefined;
}
