import {
  apiVersion,
  Credentials,
  definePlugin,
  Models,
  optional,
  Settings,
} from "../../core/index.ts";
import { createModels } from "./models.ts";
import type { World } from "./world.ts";

/** Where well-known model servers listen: Ollama, LM Studio, llama.cpp, vLLM. */
const localPorts = [11434, 1234, 8080, 8000];

export default definePlugin({
  apiVersion,
  name: "models",
  version: "0.1.0",
  description: "Opens language models: by configuration, key, local server, or offline.",
  settings: async () => (await import("./settings-schema.ts")).ModelKeys,
  options: async () => (await import("./options.ts")).Options,
  needs: { settings: Settings, credentials: optional(Credentials) },
  provides: [Models],

  setup(
    { environment, log, options, provide, diagnostic, onClose, whenIdle },
    { settings, credentials },
  ) {
    const world: World = {
      environment,
      log,
      home: settings.home,
      credentials,
      localPorts: options.localPorts ?? localPorts,
    };
    const models = createModels(world);
    provide(Models, models);
    // The usual ones; which model it will be, only a conversation knows.
    whenIdle(() => import("./open.ts"));
    whenIdle(() => import("./responses/model.ts"));
    whenIdle(() => process.getBuiltinModule("node:http"));
    diagnostic(async (signal) => {
      const { diagnose } = await import("./diagnose.ts");
      return diagnose(world, models.added(), { settings: await settings.load(), signal });
    });
    onClose(() => models.close());
  },
});
