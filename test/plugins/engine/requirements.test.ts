import { describe, expect, it } from "vitest";
import type { ConversationRequest, JsonObject, SettingsTree } from "../../../core/index.ts";
import { describeRequirements, refuseAbove } from "../../../plugins/engine/requirements.ts";
import { readSettings } from "../../../plugins/engine/settings.ts";

/** Everything stands in the file, but for the keys named as a call's. */
function tree(values: JsonObject, fromCall: readonly string[] = []): SettingsTree {
  const isSet = (key: string) =>
    key.split(".").reduce<unknown>((at, step) => (at as JsonObject | undefined)?.[step], values) !==
    undefined;
  const source = (key: string) => {
    if (!isSet(key)) return undefined;
    return fromCall.some((start) => key.startsWith(start)) ? "config" : "/h/config.toml";
  };
  return { values, profile: undefined, source };
}

const careful = {
  sandbox_modes: ["read-only", "workspace-write"],
  approval_policies: ["untrusted", "on-request"],
  network_access: false,
};
const online = { network_access: true };

function settle(values: JsonObject, request: ConversationRequest = {}, fromCall?: string[]) {
  return readSettings(tree({ requirements: careful, ...values }, fromCall), request, "/work");
}

describe("the operator's ceiling", () => {
  it.each<[string, ConversationRequest, JsonObject]>([
    ["nothing is asked for", {}, {}],
    ["less is asked for", { sandbox: "read-only", approvalPolicy: "untrusted" }, {}],
    ["exactly as much is asked for", { sandbox: "workspace-write" }, {}],
    ["the network table is not in use", {}, { sandbox_workspace_write: online }],
    [
      "a parameter beats a setting above it",
      { sandbox: "read-only" },
      { sandbox_mode: "danger-full-access" },
    ],
  ])("changes nothing where %s", async (_what, request, values) => {
    const { requirements, ...settled } = await settle(values, request);
    const { requirements: none, ...free } = await readSettings(tree(values), request, "/work");
    expect(settled).toEqual(free);
    expect([requirements?.file, none]).toEqual(["/h/config.toml", undefined]);
  });

  it.each<[string, ConversationRequest, JsonObject, string[], string]>([
    [
      "a sandbox parameter",
      { sandbox: "danger-full-access" },
      { requirements: { sandbox_modes: careful.sandbox_modes } },
      [],
      'sandbox "danger-full-access" is above [requirements].sandbox_modes (read-only, workspace-write) of /h/config.toml',
    ],
    [
      "an approval parameter",
      { approvalPolicy: "never" },
      {},
      [],
      'approval policy "never" is above [requirements].approval_policies (untrusted, on-request) of /h/config.toml',
    ],
    [
      "a call's config",
      {},
      { requirements: { sandbox_modes: ["read-only"] }, sandbox_mode: "workspace-write" },
      ["sandbox_mode"],
      'sandbox_mode = "workspace-write" (from config) is above [requirements].sandbox_modes (read-only) of /h/config.toml',
    ],
    [
      "the network",
      { sandbox: "workspace-write" },
      { sandbox_workspace_write: online },
      [],
      "sandbox_workspace_write.network_access = true is above [requirements].network_access (false) of /h/config.toml",
    ],
    [
      "full access, which has the network",
      { sandbox: "danger-full-access" },
      { requirements: { network_access: false } },
      [],
      'sandbox "danger-full-access" is above [requirements].network_access (false) of /h/config.toml',
    ],
    [
      "defaults that nobody chose",
      {},
      { requirements: { sandbox_modes: ["workspace-write"], approval_policies: ["never"] } },
      [],
      'the default sandbox_mode "read-only", as nothing else is configured, is above [requirements].sandbox_modes (workspace-write) of /h/config.toml; the default approval_policy "on-request", as nothing else is configured, is above [requirements].approval_policies (never) of /h/config.toml',
    ],
  ])("refuses %s above it by name", async (_what, request, values, fromCall, message) => {
    await expect(settle(values, request, fromCall)).rejects.toThrow(
      expect.objectContaining({ kind: "settings", message }) as Error,
    );
  });

  it.each<[string, JsonObject]>([
    ["codex_linux_sandbox_exe", { codex_linux_sandbox_exe: "/ws/helper" }],
    ["notify", { notify: ["/ws/program"] }],
    ["mcp_servers", { mcp_servers: { one: { command: "/ws/program" } } }],
    ["model_providers.x.ai_sdk", { model_providers: { x: { ai_sdk: "/ws/module" } } }],
    ["model_providers", { model_providers: { "x.y": { ai_sdk: "/ws/module" } } }],
  ])("refuses a call's %s, which starts programs outside of the sandbox", async (key, values) => {
    await expect(settle(values, {}, [key])).rejects.toThrow(
      `${key} in the config of a call may start programs outside of the sandbox`,
    );
    // The operator's own are theirs to choose, and so are a call's where everything is allowed.
    expect((await settle(values)).approvalPolicy).toBe("on-request");
    expect((await settle({ ...values, requirements: {} }, {}, [key])).approvalPolicy).toBe(
      "on-request",
    );
  });

  it.each<[JsonObject, string]>([
    [{ sandbox_modes: ["read"] }, "requirements.sandbox_modes.0"],
    [{ sandbox_modes: [] }, "requirements.sandbox_modes"],
    [{ sandbox_mode: ["read-only"] }, "sandbox_mode"],
    [{ network_access: "no" }, "requirements.network_access"],
  ])("is refused itself when it cannot be understood: %o", async (requirements, name) => {
    await expect(settle({ requirements })).rejects.toThrow(name);
  });

  it("holds for what a later turn asks for", async () => {
    const { requirements } = await settle({});
    const sandboxPolicy = { mode: "danger-full-access" } as const;
    const ask = () => refuseAbove(requirements, { approvalPolicy: "never", sandboxPolicy });
    expect(ask).toThrow(/^sandbox "danger-full-access" is above .*; approval policy "never" is/);
    expect(() => refuseAbove(undefined, { approvalPolicy: "never", sandboxPolicy })).not.toThrow();
  });

  it("is told in one line", async () => {
    const { requirements } = await settle({});
    expect(requirements && describeRequirements(requirements)).toBe(
      "sandbox mode read-only, workspace-write; approval policy untrusted, on-request; no network for commands (from /h/config.toml)",
    );
  });
});
