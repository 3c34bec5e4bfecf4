import { fileURLToPath } from "node:url";
import type { ConversationEvent, JsonObject } from "../../../core/index.ts";
import plugin from "../../../plugins/mcp-servers/index.ts";
import { call, calls, folders, stage, text } from "../engine/stage.ts";
import type { Folders, Script, Stage, StageOptions } from "../engine/stage.ts";

export const fixture = fileURLToPath(
  new URL("../../fixtures/mcp-servers/stdio.mjs", import.meta.url),
);

/** Settings of the fixture server, started in one of its modes. */
export function server(args: readonly string[] = [], more: JsonObject = {}): JsonObject {
  return { command: process.execPath, args: [fixture, ...args], ...more };
}

/** A conversation of the real engine with these servers. */
export function company(
  servers: JsonObject,
  options: StageOptions = {},
  place: Folders = folders(),
): Promise<Stage> {
  return stage(
    {
      ...options,
      config: { mcp_servers: servers, ...options.config },
      agentTools(agentTools) {
        const silent = { debug() {}, info() {}, warn() {}, error() {} };
        const env = { PATH: process.env["PATH"], HOME: place.home, ...options.env };
        const environment = { env, cwd: place.workspace, version: "9.9.9" };
        // Of its context, this plugin uses no more.
        const context = { environment, log: silent, diagnostic() {} } as never;
        const settings = { home: place.home, load: () => Promise.reject(new Error("not asked")) };
        void plugin.setup(context, { settings, agentTools });
      },
    },
    place,
  );
}

/** A script that makes one call and ends; the model's id of it is `call_1`. */
export function once(name: string, args: object | string = {}): Script {
  return [calls(call(name, args)), text("done")];
}

/** The events of external calls, without what differs from run to run. */
export function callEvents(events: readonly ConversationEvent[]): object[] {
  return events.flatMap(({ msg }): object[] => {
    if (msg.type === "mcp_tool_call_begin") return [msg];
    if (msg.type !== "mcp_tool_call_end") return [];
    const { duration: _, ...rest } = msg;
    return [rest];
  });
}
