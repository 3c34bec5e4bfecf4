import type { Environment } from "../../core/plugin/plugin.ts";

/** A plugin's module, imported when it is wanted; what it exports is checked like any other's. */
export type PluginModule = () => Promise<{ readonly default?: unknown }>;

/** The plugins that come with the program, in the order they start in where services leave it open. */
export const builtinPlugins: Readonly<Record<string, PluginModule>> = {
  engine: () => import("../../plugins/engine/index.ts"),
  auth: () => import("../../plugins/auth/index.ts"),
  models: () => import("../../plugins/models/index.ts"),
  "mcp-servers": () => import("../../plugins/mcp-servers/index.ts"),
  elicitation: () => import("../../plugins/elicitation/index.ts"),
  conversation: () => import("../../plugins/conversation/index.ts"),
  tools: () => import("../../plugins/tools/index.ts"),
  "fuzzy-search": () => import("../../plugins/fuzzy-search/index.ts"),
};

/** A sub-command that is no server: its arguments in, its exit code out. */
export interface Command {
  run(argv: string[], environment: Environment): Promise<number>;
}

/** Sub-commands that features bring along. */
export const extraCommands: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  try: {
    summary: "run one prompt in this terminal, through the real server",
    load: () => import("../../plugins/terminal/index.ts"),
  },
  login: {
    summary: "sign in: in the browser, or --with-api-key from stdin; `login status` says who is",
    load: async () => (await import("../../plugins/auth/command/index.ts")).login,
  },
  logout: {
    summary: "sign out",
    load: async () => (await import("../../plugins/auth/command/index.ts")).logout,
  },
};
