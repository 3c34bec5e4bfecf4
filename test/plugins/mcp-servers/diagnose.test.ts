import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/index.ts";
import { diagnose } from "../../../plugins/mcp-servers/diagnose.ts";
import { folders, write } from "../engine/stage.ts";

function examine(servers: JsonObject | string, env: Record<string, string> = {}) {
  const tree = {
    values: { mcp_servers: servers },
    profile: undefined,
    source: () => "/home/config.toml",
  };
  const environment = { env: { PATH: "/nowhere:/bin", ...env }, cwd: "/", version: "1" };
  return diagnose(tree, environment);
}

describe("what doctor says of MCP servers", () => {
  it.each<[string, JsonObject, Record<string, string>, object[]]>([
    [
      "a program on the path",
      { command: "sh" },
      {},
      [{ level: "ok", message: "s: stdio, /bin/sh" }],
    ],
    [
      "a program by its path, relative to the server's folder",
      { command: "./sh", cwd: "/bin" },
      {},
      [{ level: "ok", message: "s: stdio, /bin/sh" }],
    ],
    [
      "a program on a path of the server's own",
      { command: "sh", env: { PATH: "/none" } },
      {},
      [
        {
          level: "error",
          message: 's: stdio: the program "sh" is not found, or not executable',
        },
      ],
    ],
    [
      "a program that is this one",
      { command: process.execPath, args: [process.argv[1] ?? "", "mcp"] },
      {},
      [{ level: "error", message: expect.stringContaining("this program itself") as string }],
    ],
    [
      "an address, without its query",
      { url: "https://mcp.example/a?key=s3cret" },
      {},
      [{ level: "ok", message: "s: streamable HTTP, https://mcp.example/a" }],
    ],
    [
      "an address that is none",
      { url: "mcp.example" },
      {},
      [
        {
          level: "error",
          message: "mcp_servers.s.url (from /home/config.toml): expected an http or https URL",
        },
      ],
    ],
    [
      "a token that is there",
      { url: "https://mcp.example/a", bearer_token_env_var: "TOKEN" },
      { TOKEN: "x" },
      [{ level: "ok" }],
    ],
    [
      "a token that is missing",
      { url: "https://mcp.example/a", bearer_token_env_var: "TOKEN" },
      {},
      [
        {
          level: "error",
          message:
            "s: streamable HTTP, https://mcp.example/a: the variable TOKEN of its bearer token is not set",
        },
      ],
    ],
    [
      "a server without what it needs",
      { comand: "sh" },
      {},
      [{ level: "error", message: expect.stringContaining("either `command` or `url`") as string }],
    ],
    ["a server that is off", { command: "none", enabled: false }, {}, [{ level: "info" }]],
    [
      "a wrong type",
      { command: 5 },
      {},
      [{ level: "error", message: expect.stringContaining("expected string") as string }],
    ],
  ])("names %s", async (_, server, env, expected) => {
    expect(await examine({ s: server }, env)).toMatchObject(expected);
  });

  it("names a server whose name is none, and a table that is none", async () => {
    expect(await examine({ "a b": { command: "sh" } })).toMatchObject([
      { level: "error", message: expect.stringMatching(/^a b: its name has more/) as string },
    ]);
    expect(await examine("x")).toMatchObject([{ level: "error" }]);
  });

  it("names a file that nobody may run", async () => {
    const { workspace } = folders();
    const path = write(workspace, "server", "#!/bin/sh\n");
    expect(await examine({ s: { command: path } })).toMatchObject([{ level: "error" }]);
  });
});
