import { Approver, Conversations, definePlugin, optional } from "../../core/index.ts";
import { codexEvent, codexReplyTool, codexTool } from "./methods.ts";
import { replyToConversation } from "./codex-reply.ts";
import { startConversation } from "./codex.ts";
import type { Desk } from "./desk.ts";
import { Turns } from "./turns.ts";

export default definePlugin({
  apiVersion: 1,
  name: "tools",
  version: "1.0.0",
  description: "The tools codex and codex-reply, and the events of their turns.",
  options: async () => (await import("./schemas.ts")).Options,
  needs: { conversations: Conversations, approver: optional(Approver) },

  setup({ notification, options, signal, tool }, { conversations, approver }) {
    const desk: Desk = {
      conversations,
      approver,
      events: options.events ?? "auto",
      turns: new Turns(),
      closing: signal,
      last: undefined,
    };
    tool(codexTool, (args, call) => startConversation(desk, args, call));
    tool(codexReplyTool, (args, call) => replyToConversation(desk, args, call));
    notification(codexEvent);
  },
});
