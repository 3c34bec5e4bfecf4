/** What to run instead of a command; `env` is added to its own. */
export interface Wrapped {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For `RunRequest.wrapperEnv`. */
  readonly wrapperEnv?: Readonly<Record<string, string>>;
  /** For `RunRequest.files`; without them the command does not start. */
  readonly files: readonly Buffer[];
  /** For `RunRequest.inner`: a wrapper answers 1 where the program is missing. */
  readonly inner: readonly string[];
  /** To be called when the command ended: removes what the wrapping left on the disk. */
  readonly dispose: () => Promise<void>;
}
