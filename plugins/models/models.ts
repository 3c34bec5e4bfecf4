import { HostError } from "../../core/index.ts";
import type { Credentials, Environment, Log, ModelProvider, Models } from "../../core/index.ts";
import { builtinIds } from "./builtin-ids.ts";
import type { Opener } from "./open.ts";

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

/** The service; everything behind it is loaded when the first model is opened. */
export function createModels(world: World): Models & {
  /** Ids of the providers that plugins added. */
  added(): ReadonlySet<string>;
  close(): Promise<void>;
} {
  const added = new Map<string, ModelProvider>();
  let opener: Promise<Opener> | undefined;

  return {
    async open(query) {
      opener ??= import("./open.ts").then((module) => new module.Opener(world, added));
      return (await opener).open(query);
    },
    add(id, provider) {
      if (added.has(id) || builtinIds.includes(id)) {
        throw new HostError("PLUGIN_CONFLICT", `model provider is there already: "${id}"`);
      }
      added.set(id, provider);
    },
    added: () => new Set(added.keys()),
    async close() {
      (await opener)?.close();
    },
  };
}
