import { describe, expect, it } from "vitest";
import { messageNameProblem, toolNameProblem } from "../../../host/plugins/names.ts";

describe("names of methods and notifications", () => {
  it.each([
    ["initialize"],
    ["ping"],
    ["tools/list"],
    ["prompts/x"],
    ["resources/read"],
    ["completion/complete"],
    ["logging/setLevel"],
    ["notifications/cancelled"],
    ["server/discover"],
    ["tasks/get"],
    ["subscriptions/listen"],
    ["elicitation/create"],
    ["sampling/createMessage"],
    ["roots/list"],
  ])("leave %s to MCP, built-in or not", (name) => {
    expect(messageNameProblem(name, "tools", true)).toBe("has a name that MCP reserves");
    expect(messageNameProblem(name, name.split("/")[0] ?? "", false)).toBe(
      "has a name that MCP reserves",
    );
  });

  it.each([
    ["acme/do", "acme", false, undefined],
    ["acme/do/more", "acme", false, undefined],
    ["acme", "acme", false, 'must be named "acme/…"'],
    ["other/do", "acme", false, 'must be named "acme/…"'],
    ["newConversation", "engine", true, undefined],
    ["codex/event", "tools", true, undefined],
    ["toolsmith/x", "toolsmith", false, undefined],
    ["rpc.discover", "x", true, "has a name that JSON-RPC reserves"],
    ["", "acme", false, "has no name"],
    [undefined, "acme", false, "has no name"],
    ["acme/a b", "acme", false, "has more than visible ASCII characters in its name"],
  ])("judge %j of plugin %s, built-in: %s", (name, plugin, builtin, problem) => {
    expect(messageNameProblem(name, plugin, builtin)).toBe(problem);
  });
});

describe("names of tools", () => {
  it.each(["codex", "a", "A.b-c_9", "x".repeat(64)])("may be %s", (name) => {
    expect(toolNameProblem(name)).toBeUndefined();
  });

  it.each(["", "x".repeat(65), "a b", "a/b", "ä", 5, undefined])("may not be %j", (name) => {
    expect(toolNameProblem(name)).toMatch(/^must have a name/);
  });
});
