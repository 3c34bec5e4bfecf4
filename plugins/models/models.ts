import { HostError } from "../../core/index.ts";
import type { ModelProvider, Models } from "../../core/index.ts";
import { builtinIds } from "./builtin-ids.ts";
import type { Opener } from "./open.ts";
import type { World } from "./world.ts";

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
