import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { quoteCommand } from "./quote.ts";
import { bashScript } from "./safe.ts";

/** The shell that a person's terminal starts. */
export interface LoginShell {
  readonly name: "bash" | "zsh";
  readonly path: string;
  /** The person's home folder, where its start-up file is. */
  readonly home: string;
}

/** The login shell, when it is one whose scripts the model can rely on. */
export function loginShell(): LoginShell | undefined {
  try {
    const { shell, homedir } = userInfo();
    const name = basename(shell ?? "");
    if (shell === null || (name !== "bash" && name !== "zsh")) return undefined;
    return { name, path: shell, home: homedir };
  } catch {
    // A container's user may have no entry in the password database.
    return undefined;
  }
}

/** A command as this shell runs it after its start-up file, with the paths and versions set there. */
export function withProfile(command: readonly string[], shell: LoginShell): readonly string[] {
  if (command.length === 0) return command;
  const script = bashScript(command) ?? quoteCommand(command);
  const file = join(shell.home, `.${shell.name}rc`);
  if (!existsSync(file)) return [shell.path, "-lc", script];
  // A comment or a here-document at its end would swallow the parenthesis.
  const end = /[#\n]/.test(script) ? "\n" : "";
  return [shell.path, "-lc", `${quoteCommand(["source", file])} && (${script}${end})`];
}
