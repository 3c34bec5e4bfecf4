import { AgentTools, definePlugin, optional, Settings } from "../../core/index.ts";

/** External MCP servers: what the table `mcp_servers` of the settings names, its model may call. */
export default definePlugin({
  apiVersion: 1,
  name: "mcp-servers",
  version: "1.0.0",
  description: "Tools of external MCP servers for the agent's model.",
  settings: async () => (await import("./settings.ts")).ServerKeys,
  // Another engine may have no such tools; it must not be kept from starting.
  needs: { settings: Settings, agentTools: optional(AgentTools) },

  setup({ environment, log, diagnostic }, { settings, agentTools }) {
    diagnostic(async () => {
      const tree = await settings.load();
      if (tree.values["mcp_servers"] === undefined) return [];
      const { diagnose } = await import("./diagnose.ts");
      return diagnose(tree, environment);
    });
    agentTools?.addSource({
      name: "mcp_servers",
      async open(conversation) {
        // Without servers, nothing of what they need is loaded.
        if (conversation.settings.values["mcp_servers"] === undefined) return nothing;
        const { openServers } = await import("./open.ts");
        return openServers(conversation, { environment, log });
      },
    });
  },
});

const nothing = { tools: [], problems: [], close: () => undefined };
