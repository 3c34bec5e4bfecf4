import { Approver, definePlugin } from "../../core/index.ts";
import { ask } from "./ask.ts";

const tenMinutes = 10 * 60 * 1000;

export default definePlugin({
  apiVersion: 1,
  name: "elicitation",
  version: "1.0.0",
  description: "Asks the person behind the client before a command or patch, as MCP elicitation.",
  options: async () => (await import("./options.ts")).Options,
  provides: [Approver],

  setup({ options, provide }) {
    const rules = {
      cancelMeans: options.cancelMeans ?? "deny",
      unanswered: options.unanswered ?? "deny",
      timeoutMs: options.timeoutMs ?? tenMinutes,
    };
    provide(Approver, { decide: (request, call, signal) => ask({ request, call, rules, signal }) });
  },
});
