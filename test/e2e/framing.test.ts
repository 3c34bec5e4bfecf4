import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PeerProcess, type Message } from "../helpers/peer-process.ts";
import { tempHome, type TempHome } from "../helpers/temp-home.ts";

let home: TempHome;
let peer: PeerProcess;
beforeEach(() => {
  home = tempHome();
  peer = new PeerProcess(["mcp"], { cwd: home.workspace, env: { CODEX_HOME: home.home } });
});
afterEach(async () => {
  await peer.dispose();
  home.dispose();
});

/** What came back between a line and the ping after it. */
async function answersTo(line: string | Uint8Array): Promise<Message[]> {
  const from = peer.messages.length;
  peer.write(line);
  peer.write("\n");
  const ping = peer.post("ping");
  await peer.answer(ping);
  return peer.messages.slice(from).filter((message) => message.id !== ping);
}

/** Lists in lists, further than the stack of the reader goes. */
const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

const refused: [string, string | Uint8Array, number, unknown][] = [
  ["text that is no JSON", "hello", -32700, undefined],
  ["two objects on one line", '{"jsonrpc":"2.0","id":9,"method":"ping"}{}', -32700, undefined],
  ["a byte that is no UTF-8", Buffer.from([0x22, 0xff, 0x22]), -32700, undefined],
  ["an empty object", "{}", -32600, undefined],
  ["a batch", '[{"jsonrpc":"2.0","id":9,"method":"ping"}]', -32600, undefined],
  ["an empty batch", "[]", -32600, undefined],
  ["a number", "7", -32600, undefined],
  ["null", "null", -32600, undefined],
  ["no jsonrpc member", '{"id":9,"method":"ping"}', -32600, 9],
  ["another jsonrpc version", '{"jsonrpc":"1.0","id":9,"method":"ping"}', -32600, 9],
  ["a jsonrpc member that is a number", '{"jsonrpc":2,"id":"a","method":"ping"}', -32600, "a"],
  ["a method that is a number", '{"jsonrpc":"2.0","id":9,"method":1}', -32600, 9],
  ["an id that is null", '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, undefined],
  ["an id that is a fraction", '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, undefined],
  ["an id that is an object", '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, undefined],
  ["an id that is true", '{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600, undefined],
  [
    "an id beyond 64 bits",
    '{"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"}',
    -32600,
    undefined,
  ],
  ["a method beside a result", '{"jsonrpc":"2.0","id":9,"method":"ping","result":{}}', -32600, 9],
  ["params that are a list", '{"jsonrpc":"2.0","id":9,"method":"ping","params":[1]}', -32602, 9],
  ["params that are a text", '{"jsonrpc":"2.0","id":9,"method":"ping","params":"x"}', -32602, 9],
  ["an unknown method", '{"jsonrpc":"2.0","id":9,"method":"no/such"}', -32601, 9],
  ["an empty method", '{"jsonrpc":"2.0","id":9,"method":""}', -32601, 9],
  [
    "an unknown tool",
    '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"codx"}}',
    -32602,
    9,
  ],
  [
    "a call without a name",
    '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{}}',
    -32602,
    9,
  ],
  [
    "a cursor that is a number",
    '{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{"cursor":1}}',
    -32602,
    9,
  ],
  [
    "a name deeper than the stack",
    `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":${deep}}}`,
    -32602,
    9,
  ],
  [
    "a cursor deeper than the stack",
    `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{"cursor":${deep}}}`,
    -32602,
    9,
  ],
  [
    "an unknown log level",
    '{"jsonrpc":"2.0","id":9,"method":"logging/setLevel","params":{"level":"loud"}}',
    -32602,
    9,
  ],
  [
    "a second initialize",
    '{"jsonrpc":"2.0","id":9,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}',
    -32600,
    9,
  ],
];

describe("after the handshake", () => {
  beforeEach(() => peer.initialize());

  it.each(refused)("%s is answered with an error once", async (...[, line, code, id]) => {
    const answers = await answersTo(line);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.error?.code).toBe(code);
    expect(answers[0]?.id).toBe(id);
    expect(answers[0]).not.toHaveProperty("result");
  });

  const ignored: [string, string][] = [
    ["a blank line", "  \t"],
    ["an unknown notification", '{"jsonrpc":"2.0","method":"notifications/whatever"}'],
    ["an answer nobody waits for", '{"jsonrpc":"2.0","id":77,"result":{}}'],
    ["an error nobody waits for", '{"jsonrpc":"2.0","id":77,"error":{"code":1,"message":"x"}}'],
    [
      "a cancel of an unknown request",
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}',
    ],
    ["a malformed cancel", '{"jsonrpc":"2.0","method":"notifications/cancelled"}'],
  ];
  it.each(ignored)("%s is ignored", async (_, line) => {
    expect(await answersTo(line)).toEqual([]);
  });

  it.each(["0", '""', '"7"', "-5", "9007199254740993", "9223372036854775807"])(
    "the id %s comes back as it was",
    async (id) => {
      const from = peer.messages.length;
      let raw = "";
      peer.child.stdout?.on("data", (text: string) => (raw += text));
      peer.write(`{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`);
      await peer.waitFor((message) => message.method === undefined, from);
      expect(raw).toContain(`"id":${id},`);
    },
  );

  it.each(["9", "9007199254740993"])("depth does no harm under the id %s", async (id) => {
    const from = peer.messages.length;
    peer.write(`{"jsonrpc":"2.0","id":${id},"method":"ping","params":{"deep":${deep}}}\n`);
    const answer = await peer.waitFor((message) => message.method === undefined, from);
    expect(answer.result).toEqual({});
    expect((await peer.request("ping")).result).toEqual({});
  });

  it.each(["prompt", "approval_policy"])("a %s deeper than the stack is refused", async (name) => {
    const given = `{"prompt":"x","approvalPolicy":"never","${name}":${deep}}`;
    const params = `{"name":"codex","arguments":${given}}`;
    peer.write(`{"jsonrpc":"2.0","id":9,"method":"tools/call","params":${params}}\n`);
    expect((await peer.answer(9)).result?.["isError"]).toBe(true);
  });

  it("lines may end in CR LF, start with a byte order mark and come in pieces", async () => {
    const text = Buffer.from('\uFEFF{"jsonrpc":"2.0","id":"é","method":"ping"}\r\n');
    for (const byte of text) peer.write(Uint8Array.of(byte));
    expect((await peer.answer("é")).result).toEqual({});
  });

  it("a line of four mebibytes is read", async () => {
    const padding = "x".repeat(4 * 1024 * 1024);
    expect((await peer.request("ping", { padding })).result).toEqual({});
  });

  it("pages, prompts and resources that nobody offers are answered at once", async () => {
    for (const method of ["prompts/list", "resources/list", "completion/complete"]) {
      expect((await peer.request(method)).error?.code).toBe(-32601);
    }
  });
});

describe("the handshake", () => {
  it.each([
    ["2025-11-25", "2025-11-25"],
    ["2025-06-18", "2025-06-18"],
    ["2025-03-26", "2025-03-26"],
    ["2024-11-05", "2024-11-05"],
    ["1999-01-01", "2025-11-25"],
    ["", "2025-11-25"],
  ])("asked for %j it settles on %s", async (asked, settled) => {
    const answer = await peer.initialize({}, asked);
    expect(answer.result).toMatchObject({
      protocolVersion: settled,
      serverInfo: { name: "codex-mcp-server", title: "Codex" },
      capabilities: { tools: {}, logging: {} },
    });
    expect(answer.result?.["capabilities"]).not.toHaveProperty("prompts");
  });

  it.each([
    [{}, "protocolVersion"],
    [{ protocolVersion: 1, capabilities: {}, clientInfo: { name: "a", version: "1" } }, "Version"],
    [{ protocolVersion: "2025-06-18", clientInfo: { name: "a", version: "1" } }, "capabilities"],
    [{ protocolVersion: "2025-06-18", capabilities: {} }, "clientInfo"],
    [{ protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a" } }, "version"],
  ])("refuses %j by name and can be done again", async (params, named) => {
    const answer = await peer.request("initialize", params);
    expect(answer.error).toMatchObject({ code: -32602 });
    expect(answer.error?.message).toContain(named);
    expect((await peer.initialize()).result).toBeDefined();
  });

  it("is not needed for ping and tools/list, but for calls; bad lines stay unanswered", async () => {
    expect(await answersTo("garbage")).toEqual([]);
    expect((await peer.request("tools/list")).result?.["tools"]).toHaveLength(3);
    expect((await peer.request("tools/call", { name: "codex" })).error?.code).toBe(-32600);
    expect((await peer.request("server/discover")).error?.code).toBe(-32601);
  });

  it("under 2025-03-26 a batch is answered as one list", async () => {
    await peer.initialize({}, "2025-03-26");
    let raw = "";
    peer.child.stdout?.on("data", (text: string) => (raw += text));
    peer.write('[{"jsonrpc":"2.0","id":"a","method":"ping"},{"jsonrpc":"2.0","method":"x"}]\n');
    await peer.request("ping");
    expect(JSON.parse(raw.split("\n")[0] ?? "")).toEqual([{ jsonrpc: "2.0", id: "a", result: {} }]);
  });
});
