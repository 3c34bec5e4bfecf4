import { describe, expect, it } from "vitest";
import type { ConversationRequest, JsonObject } from "../../../core/index.ts";
import { readSettings } from "../../../plugins/engine/settings.ts";

function settle(values: JsonObject, request: ConversationRequest = {}) {
  const source = (key: string) => (key === "approval_policy" ? "config.toml" : undefined);
  return readSettings({ values, profile: undefined, source }, request, "/home");
}

describe("the engine's settings", () => {
  it("have the defaults of the reference", async () => {
    expect(await settle({})).toEqual({
      approvalPolicy: "on-request",
      sandboxPolicy: { mode: "read-only" },
      requirements: undefined,
      effort: undefined,
      summary: "auto",
      verbosity: undefined,
      contextWindow: undefined,
      useShellProfile: false,
      shellEnvironment: {
        inherit: "all",
        ignoreDefaultExcludes: false,
        exclude: [],
        set: {},
        includeOnly: [],
      },
      sandboxHelper: undefined,
      instructionsFile: undefined,
      projectDocLimit: 32_768,
      projectDocNames: [],
      showRawReasoning: false,
      parallelToolCalls: false,
      tools: { plan: false, patch: false, webSearch: false, viewImage: true },
    });
  });

  it("are beaten by what the request says", async () => {
    const settled = await settle(
      { approval_policy: "never", sandbox_mode: "danger-full-access" },
      { approvalPolicy: "untrusted", sandbox: "read-only", includePlanTool: true },
    );
    expect(settled.approvalPolicy).toBe("untrusted");
    expect(settled.sandboxPolicy).toEqual({ mode: "read-only" });
    expect(settled.tools.plan).toBe(true);
  });

  it("use the workspace table in its own mode only, with absolute roots", async () => {
    const sandbox_workspace_write = { writable_roots: ["/a", "b"], exclude_slash_tmp: true };
    expect((await settle({ sandbox_workspace_write })).sandboxPolicy).toEqual({
      mode: "read-only",
    });
    expect(
      (await settle({ sandbox_workspace_write }, { sandbox: "workspace-write" })).sandboxPolicy,
    ).toEqual({
      mode: "workspace-write",
      writable_roots: ["/a", "/home/b"],
      network_access: false,
      exclude_tmpdir_env_var: false,
      exclude_slash_tmp: true,
    });
  });

  it("ignore unknown keys", async () => {
    expect(await settle({ mood: "good" })).toEqual(await settle({}));
  });

  it("know the older name of the search tool", async () => {
    expect((await settle({ tools: { web_search_request: true } })).tools.webSearch).toBe(true);
  });

  it.each<[JsonObject, string]>([
    [
      { approval_policy: "sometimes" },
      'approval_policy = "sometimes" (from config.toml): expected one of untrusted, on-failure, on-request, never',
    ],
    [
      { model_reasoning_effort: "none" },
      'model_reasoning_effort = "none": expected one of minimal, low, medium, high',
    ],
    [{ tools: { view_image: "yes" } }, 'tools.view_image = "yes": expected boolean'],
    [
      { sandbox_workspace_write: { writable_roots: ["/a", 5] } },
      "sandbox_workspace_write.writable_roots.1 = 5: expected string",
    ],
    [{ experimental_instructions_file: 5 }, "experimental_instructions_file = 5: expected string"],
  ])("acceptance 3: refuse %o by key, value and what was expected", async (values, message) => {
    await expect(settle(values)).rejects.toThrow(
      expect.objectContaining({ kind: "settings", message }) as Error,
    );
  });
});
