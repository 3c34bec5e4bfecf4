/** What the Landlock helper reads, as JSON, from descriptor 3. */
export interface LandlockOrder {
  /** Files and folders that may be written; all must exist. */
  readonly writable: readonly string[];
  /** A seccomp program in Base64. */
  readonly filter: string | null;
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
}
