/** What the person approved for the rest of a conversation. */
export class Approvals {
  readonly #commands = new Set<string>();
  readonly #paths = new Set<string>();

  /** The exact argument vector; its folder does not matter. */
  rememberCommand(command: readonly string[]): void {
    this.#commands.add(JSON.stringify(command));
  }

  coversCommand(command: readonly string[]): boolean {
    return this.#commands.has(JSON.stringify(command));
  }

  /** Files, by absolute path, that patches may change from now on. */
  rememberPatch(paths: readonly string[]): void {
    for (const path of paths) this.#paths.add(path);
  }

  coversPatch(paths: readonly string[]): boolean {
    return paths.length > 0 && paths.every((path) => this.#paths.has(path));
  }
}
