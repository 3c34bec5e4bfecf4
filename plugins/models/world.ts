import type { Credentials, Environment, Log } from "../../core/index.ts";

/** What the parts of this plugin know of the process. */
export interface World {
  readonly environment: Environment;
  readonly log: Log;
  /** Folder of `config.toml`. */
  readonly home: string;
  /** Who is signed in; undefined where no plugin knows it. */
  readonly credentials: Credentials | undefined;
  readonly localPorts: readonly number[];
}
