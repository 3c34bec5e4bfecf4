import { describe, expect, it } from "vitest";
import {
  commandEnvironment,
  type ShellEnvironmentPolicy,
} from "../../../../plugins/engine/exec/environment.ts";

const open: ShellEnvironmentPolicy = {
  inherit: "all",
  ignoreDefaultExcludes: false,
  exclude: [],
  set: {},
  includeOnly: [],
};
const env = {
  PATH: "/bin",
  HOME: "/home/u",
  LANG: "C",
  MY_KEY: "k",
  apiToken: "t",
  SECRET: "s",
  ABSENT: undefined,
};

describe("commandEnvironment", () => {
  it.each<[string, Partial<ShellEnvironmentPolicy>, Record<string, string>]>([
    ["everything but secrets", {}, { PATH: "/bin", HOME: "/home/u", LANG: "C" }],
    ["the core names", { inherit: "core" }, { PATH: "/bin", HOME: "/home/u" }],
    ["nothing", { inherit: "none" }, {}],
    [
      "secrets too, when told",
      { ignoreDefaultExcludes: true },
      { PATH: "/bin", HOME: "/home/u", LANG: "C", MY_KEY: "k", apiToken: "t", SECRET: "s" },
    ],
    ["less by patterns in any case", { exclude: ["l?ng", "h*"] }, { PATH: "/bin" }],
    [
      "a pattern matches whole names only",
      { exclude: ["AN", "P.TH"] },
      { PATH: "/bin", HOME: "/home/u", LANG: "C" },
    ],
    [
      "what is set, past the excludes",
      { inherit: "none", exclude: ["A*"], set: { A_KEY: "1" } },
      { A_KEY: "1" },
    ],
    [
      "only what is included, also of what is set",
      { set: { A: "1", B: "2" }, includeOnly: ["P*", "b"] },
      { PATH: "/bin", B: "2" },
    ],
  ])("gives %s", (_what, policy, expected) => {
    expect(commandEnvironment(env, { ...open, ...policy }, true)).toEqual(expected);
  });

  it("says when the network is off, whatever the policy includes", () => {
    const policy = { ...open, includeOnly: ["PATH"] };
    expect(commandEnvironment(env, policy, false)).toEqual({
      PATH: "/bin",
      CODEX_SANDBOX_NETWORK_DISABLED: "1",
    });
  });
});
