import { beginMarker } from "./parse.ts";

export type Recognised =
  | { readonly kind: "patch"; readonly text: string; readonly folder: string | undefined }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "other" };

/**
 * Tells whether a shell tool's command is a patch: `apply_patch TEXT`, or a `bash -lc` script that
 * is nothing but a here-document for `apply_patch`, maybe after `cd FOLDER &&`. `folder` is what
 * the script names, relative to the command's folder.
 */
export function recognisePatch(command: readonly string[]): Promise<Recognised> {
  return Promise.resolve(recognise(command));
}

function recognise(command: readonly string[]): Recognised {
  const [program, second, third] = command;
  if (command.length === 1 && program !== undefined && isPatch(program)) return refused;
  if (command.length === 2 && second !== undefined && isPatchProgram(program)) {
    return { kind: "patch", text: second, folder: undefined };
  }
  const isScript = command.length === 3 && program === "bash" && second === "-lc";
  if (!isScript || third === undefined) return { kind: "other" };
  return isPatch(third) ? refused : matchScript(third);
}

const refused: Recognised = {
  kind: "refused",
  message:
    'a patch is not a command: run it as ["apply_patch", PATCH], or use the apply_patch tool',
};

function isPatchProgram(name: string | undefined): boolean {
  return name === "apply_patch" || name === "applypatch";
}

/** A shell would read the first marker as a file pattern, and run what matches. */
function isPatch(text: string): boolean {
  const lines = text
    .trim()
    .split("\n", 2)
    .map((line) => line.trim());
  return (
    lines[0] === beginMarker ||
    (/^<<(['"]?)EOF\1$/.test(lines[0] ?? "") && lines[1] === beginMarker)
  );
}

// The words of `cd` are those that every shell takes as they stand: no expansion, no escape, and no
// option. A whole script is matched or nothing, so what is not understood goes to the real shell.
const folderWord = String.raw`(?:'(?<single>[^'\n]+)'|"(?<double>[^"\\$${"`"}!\n]+)"|(?<bare>[\p{L}\p{N}_./][\p{L}\p{N}_./+:@%,=-]*))`;
const delimiterWord = String.raw`(?:'(?<quoted>[^'\n]+)'|"(?<quoted2>[^"\\$${"`"}\n]+)"|(?<plain>[\p{L}\p{N}_.+-]+))`;
const opening = new RegExp(
  String.raw`^[ \t\n]*(?:cd[ \t]+${folderWord}[ \t]*&&[ \t\n]*)?(?:apply_patch|applypatch)[ \t]*<<(?<tabs>-?)[ \t]*${delimiterWord}[ \t]*\n`,
  "u",
);

function matchScript(script: string): Recognised {
  const match = opening.exec(script);
  const groups = match?.groups;
  if (match === null || groups === undefined) return { kind: "other" };
  const folder = groups["single"] ?? groups["double"] ?? groups["bare"];
  const delimiter = groups["quoted"] ?? groups["quoted2"] ?? groups["plain"];
  if (folder?.startsWith("-") === true) return { kind: "other" };
  const stripTabs = groups["tabs"] === "-";
  const lines = script
    .slice(match[0].length)
    .split("\n")
    .map((line) => (stripTabs ? line.replace(/^\t+/, "") : line));
  const end = lines.indexOf(delimiter ?? "");
  const rest = lines.slice(end + 1);
  if (end === -1 || rest.some((line) => !/^[ \t]*$/.test(line))) return { kind: "other" };
  // A shell would expand an unquoted here-document; a patch means what it says.
  return { kind: "patch", text: lines.slice(0, end).join("\n"), folder };
}
