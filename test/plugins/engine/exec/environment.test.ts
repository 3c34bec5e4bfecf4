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

describe("acceptance 23: commandEnvironment", () => {
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

  const core = Object.fromEntries(
    "HOME LOGNAME PATH SHELL USER USERNAME TMPDIR TEMP TMP".split(" ").map((name) => [name, "v"]),
  );
  const others = { Home: "v", PWD: "v", LANG: "v", EDITOR: "v", CODEX_HOME: "v" };

  it("keeps exactly the core names, in this spelling, from the core", () => {
    const policy = { ...open, inherit: "core" } as const;
    expect(commandEnvironment({ ...others, ...core }, policy, true)).toEqual(core);
    expect(commandEnvironment({ ...others, ...core }, open, true)).toEqual({ ...others, ...core });
  });

  it.each<[pattern: string, name: string, matches: boolean]>([
    ["*KEY*", "monkey_business", true],
    ["*KEY*", "KE_Y", false],
    ["aws_*", "AWS_REGION", true],
    ["aws_*", "AWS_", true],
    ["aws_*", "MY_AWS_REGION", false],
    ["*_ID", "AWS_ID", true],
    ["*_ID", "AWS_ID2", false],
    ["A?C", "abc", true],
    ["A?C", "AC", false],
    ["A?C", "ABBC", false],
    ["A??C", "ABBC", true],
    ["*", "ANYTHING", true],
    ["?", "_", true],
    ["?", "", false],
    ["A.C", "ABC", false],
    ["A.C", "a.c", true],
    ["(A|B)", "A", false],
    ["[AB]", "A", false],
    ["A\\B", "a\\b", true],
    ["A*C*E", "ABCDE", true],
    ["A*C*E", "ABDE", false],
    ["BASH_FUNC_x%%", "bash_func_X%%", true],
  ])("%j against the name %j: %s", (pattern, name, matches) => {
    const all = { ...open, ignoreDefaultExcludes: true };
    const excluded = commandEnvironment({ [name]: "v" }, { ...all, exclude: [pattern] }, true);
    const included = commandEnvironment({ [name]: "v" }, { ...all, includeOnly: [pattern] }, true);
    expect([name in excluded, name in included]).toEqual([!matches, matches]);
  });

  it.each<[string, Partial<ShellEnvironmentPolicy>, string[]]>([
    [
      "the default excludes come before the core list is of use",
      { inherit: "core" },
      ["HOME", "PATH"],
    ],
    [
      "what is excluded can be set again",
      { exclude: ["HOME"], set: { HOME: "h" } },
      ["HOME", "LANG", "PATH"],
    ],
    ["what is set may look like a secret", { inherit: "none", set: { A_TOKEN: "1" } }, ["A_TOKEN"]],
    [
      "what is not included goes last, though it was set",
      { set: { X: "1" }, includeOnly: ["PATH"] },
      ["PATH"],
    ],
    [
      "what is included must have come so far",
      { exclude: ["PATH"], includeOnly: ["PATH", "*KEY"] },
      [],
    ],
    ["an empty list of includes includes all", { includeOnly: [] }, ["HOME", "LANG", "PATH"]],
    [
      "secrets pass with the excludes off, and only then the own ones count",
      { ignoreDefaultExcludes: true, exclude: ["*t*"] },
      ["HOME", "LANG", "MY_KEY"],
    ],
  ])("takes its steps in order: %s", (_what, policy, names) => {
    expect(Object.keys(commandEnvironment(env, { ...open, ...policy }, true)).toSorted()).toEqual(
      names,
    );
  });

  it("says when the network is off, whatever the policy includes", () => {
    const policy = { ...open, includeOnly: ["PATH"] };
    expect(commandEnvironment(env, policy, false)).toEqual({
      PATH: "/bin",
      CODEX_SANDBOX_NETWORK_DISABLED: "1",
    });
  });
});
