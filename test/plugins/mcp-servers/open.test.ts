import { createHash } from "node:crypto";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../../core/index.ts";
import { call, calls, folders, outputs, text } from "../engine/stage.ts";
import { company, fixture, once, server } from "./company.ts";

function offered(tools: readonly { type: string }[] | undefined): string[] {
  return (tools ?? []).flatMap((tool) => ("name" in tool ? [String(tool.name)] : []));
}

/** What the tool `who` saw. */
function seen(output: string | undefined) {
  const [block] = JSON.parse(output ?? "[]") as { text: string }[];
  return JSON.parse(block?.text ?? "{}") as {
    client: { clientInfo: object; capabilities: object; protocolVersion: string };
    args?: object;
    env: Record<string, string>;
    pid: number;
  };
}

/** A killed process stays in the table as a zombie until its new parent takes its status. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("acceptance 25: external tools", () => {
  it("are offered after the engine's, sorted, under qualified names", async () => {
    const { say, requests } = await company({ b: server(), a: server() }, { script: [text("x")] });
    await say("go");
    const names = offered(requests[0]?.tools);
    const added = names.slice(names.indexOf("view_image") + 1);
    const long = `a__long_${"x".repeat(80)}`;
    const hashed = long.slice(0, 24) + createHash("sha1").update(long).digest("hex");
    expect(hashed).toHaveLength(64);
    expect(added).toContain("a__echo");
    expect(added).toContain("b__echo");
    expect(added).toContain(hashed);
    expect(added).toEqual(added.toSorted());
    // Two that differ only in letters that providers refuse are one.
    expect(added.filter((name) => name === "a__dotted_name")).toHaveLength(1);
    expect(added).toHaveLength(2 * 16);
  });

  it("stay the same from request to request", async () => {
    const script = [calls(call("s__zebra", {})), calls(call("s__echo", { text: "" })), text("x")];
    const { say, requests } = await company({ s: server() }, { script });
    await say("go");
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ tools }) => JSON.stringify(tools))).size).toBe(1);
  });

  it("are shown with a description, if only an empty one, and a reduced schema", async () => {
    const { say, requests } = await company({ s: server() }, { script: [text("x")] });
    await say("go");
    const echo = requests[0]?.tools.find((tool) => "name" in tool && tool.name === "s__echo");
    expect(echo).toEqual({
      type: "function",
      name: "s__echo",
      description: "Echoes.",
      strict: false,
      parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    });
    const odd = requests[0]?.tools.find((tool) => "name" in tool && tool.name === "s__odd");
    expect(odd).toMatchObject({ description: "", parameters: { type: "object", properties: {} } });
  });

  it.each<[string, JsonObject, string[]]>([
    ["only those enabled", { enabled_tools: ["echo", "fails"] }, ["s__echo", "s__fails"]],
    [
      "those not disabled",
      { enabled_tools: ["echo", "fails"], disabled_tools: ["fails"] },
      ["s__echo"],
    ],
    ["none of a server that is switched off", { enabled: false }, []],
  ])("can be %s", async (_, more, expected) => {
    const { say, requests } = await company({ s: server([], more) }, { script: [text("x")] });
    await say("go");
    expect(offered(requests[0]?.tools).filter((name) => name.startsWith("s__"))).toEqual(expected);
  });

  it("are listed page by page", async () => {
    const { say, requests } = await company({ s: server(["paged"]) }, { script: [text("x")] });
    await say("go");
    expect(offered(requests[0]?.tools).slice(-2)).toEqual(["s__echo", "s__zebra"]);
  });
});

describe("acceptance 25: a server's process", () => {
  it("knows us by name and gets no more of the environment than it may", async () => {
    const env = { OPENAI_API_KEY: "secret", LANG: "C", TZ: "UTC", USER: "me", TERM: "dumb" };
    const servers = { s: server([], { env: { LANG: "de", EXTRA: "1" } }) };
    const { say, requests } = await company(servers, { script: once("s__who", ""), env });
    await say("go");
    const who = seen(outputs(requests[1])[0]);
    expect(who.client.clientInfo).toMatchObject({ name: "codex-mcp-client", title: "Codex" });
    expect(who.client.capabilities).toEqual({ elicitation: {} });
    expect(who.client.protocolVersion >= "2025-06-18").toBe(true);
    expect(who.args).toBeUndefined();
    const { LANG, EXTRA, TZ, USER, TERM, PORTICO_DEPTH } = who.env;
    expect({ LANG, EXTRA, TZ, USER, TERM, PORTICO_DEPTH }).toEqual({
      LANG: "de",
      EXTRA: "1",
      TZ: "UTC",
      USER: "me",
      TERM: "dumb",
      PORTICO_DEPTH: "1",
    });
    expect(Object.keys(who.env)).not.toContain("OPENAI_API_KEY");
  });

  it("runs in its folder", async () => {
    const place = folders();
    const servers = { s: { command: process.execPath, args: ["here.mjs"], cwd: "../home" } };
    symlinkSync(fixture, join(place.home, "here.mjs"));
    const { conversation } = await company(servers, {}, place);
    expect(conversation.startEvents).toHaveLength(1);
  });

  it.each([[], ["deaf"]])(
    "ends with its conversation, and its children too: %s",
    async (...mode) => {
      const script = [calls(call("s__parent", {}, "c1"), call("s__who", {}, "c2")), text("done")];
      const stage = await company({ s: server(mode) }, { script });
      await stage.say("go");
      const [parent, who] = outputs(stage.requests[1]);
      const [block] = JSON.parse(parent ?? "[]") as { text: string }[];
      const pids = [Number(block?.text), seen(who).pid];
      expect(pids.map(alive)).toEqual([true, true]);
      await stage.conversations.close();
      await vi.waitFor(() => expect(pids.map(alive)).toEqual([false, false]));
    },
  );

  it("is one for each conversation", async () => {
    const place = folders();
    const record = join(place.root, "record");
    const stage = await company({ s: server(["record", record]) }, {}, place);
    await stage.conversations.start({ cwd: place.workspace });
    expect(readFileSync(record, "utf8").match(/started/g)).toHaveLength(2);
  });

  it("does not outlive a conversation that could not be started", async () => {
    const place = folders();
    const record = join(place.root, "record");
    const config = { experimental_instructions_file: "missing.md" };
    const servers = { s: server(["record", record]) };
    await expect(company(servers, { config }, place)).rejects.toThrow("missing.md");
    const pid = existsSync(record)
      ? Number(/started (\d+)/.exec(readFileSync(record, "utf8"))?.[1])
      : 0;
    if (pid > 0) await vi.waitFor(() => expect(alive(pid)).toBe(false));
  });
});

describe("acceptance 25: a server that cannot be had", () => {
  it.each<[string, JsonObject, RegExp]>([
    [
      "that is not there",
      { command: "no-such-server" },
      /mcp server "s" could not be started: cannot start "no-such-server": .*ENOENT/,
    ],
    ["that ends", server(["broken"]), /it ended with exit code 7; its stderr ends: no licence/],
    [
      "that keeps silent",
      server(["mute"], { startup_timeout_sec: 0.3 }),
      /it was not ready within 0.3 s/,
    ],
    [
      "that keeps silent, by the older key",
      server(["mute"], { startup_timeout_ms: 300 }),
      /it was not ready within 0.3 s/,
    ],
    [
      "that is beyond reach",
      { url: "http://127.0.0.1:2/mcp" },
      /mcp server "s" could not be started: .*ECONNREFUSED/,
    ],
    [
      "whose token is missing",
      { url: "http://127.0.0.1:1/mcp", bearer_token_env_var: "NO_TOKEN" },
      /the variable NO_TOKEN of its bearer token is not set/,
    ],
  ])("costs only itself: %s", async (_, settings, reason) => {
    const servers = { s: settings, t: server([], { enabled_tools: ["echo"] }) };
    const script = once("t__echo", { text: "here" });
    const { conversation, say, requests } = await company(servers, { script });
    const [configured, ...rest] = conversation.startEvents;
    expect(configured?.msg.type).toBe("session_configured");
    expect(rest).toEqual([
      { id: "", msg: { type: "error", message: expect.stringMatching(reason) as string } },
    ]);
    expect((await say("go")).status).toBe("completed");
    expect(outputs(requests[1])).toEqual(['[{"type":"text","text":"here"}]']);
  });

  it("is named when its name is none", async () => {
    const { conversation } = await company({ "a b": server() });
    expect(conversation.startEvents.slice(1).map(({ msg }) => msg)).toEqual([
      {
        type: "error",
        message:
          'mcp server "a b" could not be started: its name has more than letters, digits, _, -',
      },
    ]);
  });
});

describe("the settings of servers", () => {
  it.each<[string, JsonObject, string]>([
    ["neither command nor url", {}, "mcp_servers.s: expected either `command` or `url`"],
    [
      "both",
      { command: "a", url: "http://b" },
      "mcp_servers.s: expected either `command` or `url`",
    ],
    ["a wrong type", { command: 5 }, "mcp_servers.s.command: expected string"],
    [
      "a time that is none",
      { command: "a", tool_timeout_sec: 0 },
      "mcp_servers.s.tool_timeout_sec: expected",
    ],
  ])("refuse %s by name", async (_, settings, reason) => {
    await expect(company({ s: settings })).rejects.toThrow(reason);
  });
});

describe("an agent within agents", () => {
  it("does not start itself as a server", async () => {
    const own = process.argv[1] ?? "";
    const servers = { me: { command: process.execPath, args: [own, "mcp"] } };
    const { conversation } = await company(servers);
    expect(conversation.startEvents[1]?.msg).toEqual({
      type: "error",
      message:
        'mcp server "me" could not be started: it is this program itself, which would start itself over and over',
    });
  });

  it("counts the depth for the processes it starts", async () => {
    const servers = { s: server() };
    const env = { PORTICO_DEPTH: "2" };
    const { say, requests } = await company(servers, { script: once("s__who"), env });
    await say("go");
    expect(seen(outputs(requests[1])[0]).env["PORTICO_DEPTH"]).toBe("3");
  });
});
