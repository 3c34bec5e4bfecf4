import {
  Commands,
  Conversations,
  definePlugin,
  optional,
  Settings,
  userAgent,
} from "../../core/index.ts";
import type { Client, PluginContext } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import type { Voice } from "./feed.ts";
import { Feeds } from "./feeds.ts";
import { addConversationListener, removeConversationListener } from "./listeners.ts";
import * as methods from "./methods.ts";
import { eventNotification } from "./notifications.ts";
import { interruptConversation, sendUserMessage, sendUserTurn } from "./send.ts";

export default definePlugin({
  apiVersion: 1,
  name: "conversation",
  version: "1.0.0",
  description: "The conversation API: plain JSON-RPC methods for front ends, beside MCP.",
  options: async () => (await import("./options.ts")).Options,
  needs: { conversations: Conversations, settings: Settings, commands: optional(Commands) },

  setup(context, { conversations, settings, commands }) {
    const { client, environment, log, options } = context;
    const profile = options.profile ?? (environment.appServer === true ? "app-server" : "");
    const appServer = profile === "app-server";
    const feeds = new Feeds(voiceOf(client, appServer));
    conversations.watch((conversation) => feeds.open(conversation));
    const desk = { client, conversations, settings, commands, environment, log, feeds, appServer };
    openAndList(context, desk);
    talk(context, desk);
    context.method(methods.gitDiffToRemote, async ({ cwd }, { signal }) =>
      (await import("./git-diff.ts")).gitDiffToRemote(cwd, { from: environment.cwd, signal }),
    );
    context.method(methods.execOneOffCommand, async (params, call) =>
      (await import("./one-off.ts")).execOneOffCommand(desk, params, call),
    );
    configure(context, desk);
    context.notification(methods.conversationEvent);
    context.notification(methods.sessionConfigured);
  },
});

type Context = Pick<PluginContext<unknown>, "method">;

function openAndList({ method }: Context, desk: Desk): void {
  method(methods.newConversation, async (params, call) =>
    (await import("./open.ts")).newConversation(desk, params, call),
  );
  method(methods.listConversations, async (params) =>
    (await import("./list.ts")).listConversations(desk, params),
  );
  method(methods.resumeConversation, async (params, call) =>
    (await import("./open.ts")).resumeConversation(desk, params, call),
  );
  method(methods.archiveConversation, async (params) =>
    (await import("./open.ts")).archiveConversation(desk, params),
  );
  method(methods.getConversationSummary, async (params) =>
    (await import("./list.ts")).getConversationSummary(desk, params),
  );
}

function talk({ method }: Context, desk: Desk): void {
  method(methods.sendUserMessage, (params, call) => sendUserMessage(desk, params, call));
  method(methods.sendUserTurn, (params, call) => sendUserTurn(desk, params, call));
  method(methods.interruptConversation, ({ conversationId }) =>
    interruptConversation(desk, conversationId),
  );
  method(methods.addConversationListener, (params, call) =>
    addConversationListener(desk, params, call),
  );
  method(methods.removeConversationListener, ({ subscriptionId }) =>
    removeConversationListener(desk, subscriptionId),
  );
}

function configure({ method }: Context, { client, environment, settings }: Desk): void {
  const savedConfig = async () => (await import("./saved-config.ts")).getUserSavedConfig(settings);
  method(methods.getUserSavedConfig, savedConfig);
  method(methods.getConfigToml, savedConfig);
  method(methods.setDefaultModel, async (wish) =>
    (await import("./default-model.ts")).setDefaultModel(settings, wish),
  );
  method(methods.getUserAgent, () => {
    const { name, version } = client.peer;
    const known = name === "" ? undefined : { name, version };
    return { userAgent: userAgent(environment, { program: "portico", client: known }) };
  });
}

function voiceOf(client: Client, appServer: boolean): Voice {
  return {
    tell(params) {
      const { type } = params.msg;
      // Front ends of the older style know a closed set of events, and this one is not in it.
      if (type === "view_image_tool_call" && !appServer) return;
      client.notify(eventNotification(type), params);
    },
    ready: () => client.ready(),
  };
}
