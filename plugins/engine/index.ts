import {
  AgentTools,
  Commands,
  Conversations,
  definePlugin,
  Models,
  Settings,
} from "../../core/index.ts";
import { OneOffCommands } from "./commands.ts";
import { LiveConversations } from "./conversations.ts";
import { Residents } from "./residents.ts";
import type { Surroundings } from "./surroundings.ts";
import { AgentToolRegistry } from "./tools/registry.ts";

/** The agent itself: conversations with a model that runs commands and patches files. */
export default definePlugin({
  apiVersion: 1,
  name: "engine",
  version: "1.0.0",
  description: "Conversations with a coding agent: turn loop, tools, sandbox, approvals.",
  settings: async () => (await import("./settings-schema.ts")).EngineKeys,
  options: async () => (await import("./options.ts")).Options,
  needs: { settings: Settings, models: Models },
  provides: [AgentTools, Commands, Conversations],

  setup(
    { diagnostic, environment, log, onClose, options, provide, whenIdle },
    { settings, models },
  ) {
    const agentTools = new AgentToolRegistry();
    provide(AgentTools, agentTools);
    const residents = new Residents({
      idleMs: (options.unloadAfterMinutes ?? 30) * 60_000,
      idleCount: options.idleConversations ?? 32,
    });
    const surroundings: Surroundings = {
      settings,
      models,
      agentTools,
      environment,
      log,
      residents,
    };
    const conversations = new LiveConversations(surroundings);
    const commands = new OneOffCommands(surroundings);
    provide(Conversations, conversations);
    provide(Commands, commands);
    whenIdle(() => import("./open.ts"));
    onClose(async () => {
      await Promise.all([conversations.close(), commands.close()]);
    });
    diagnostic(async () => {
      const { examineSandbox } = await import("./diagnostic.ts");
      return examineSandbox(settings, environment);
    });
  },
});
