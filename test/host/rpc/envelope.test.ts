import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestId } from "../../../core/wire/json-rpc.ts";
import { idAtHead, readMessage } from "../../../host/rpc/envelope.ts";

describe("an envelope", () => {
  it.each<[string, unknown]>([
    ['{"jsonrpc":"2.0","id":0,"method":"m"}', { kind: "request", id: 0, method: "m" }],
    ['{"jsonrpc":"2.0","id":"","method":"m"}', { kind: "request", id: "" }],
    ['{"jsonrpc":"2.0","id":"7","method":"m"}', { kind: "request", id: "7" }],
    ['{"jsonrpc":"2.0","id":-5,"method":"m"}', { kind: "request", id: -5 }],
    ['{"jsonrpc":"2.0","id":1e3,"method":"m"}', { kind: "request", id: 1000 }],
    ['{"jsonrpc":"2.0","id":9007199254740993,"method":"m"}', { id: 9007199254740993n }],
    ['{"jsonrpc":"2.0","id":-9223372036854775808,"method":"m"}', { id: -(2n ** 63n) }],
    [
      '{"params":{"id":9007199254740995},"id":9223372036854775807,"method":"m","jsonrpc":"2.0"}',
      { kind: "request", id: 2n ** 63n - 1n },
    ],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}', { params: { a: 1 } }],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":null}', { params: undefined }],
    ['{"jsonrpc":"2.0","id":1,"method":"","extra":[1]}', { kind: "request", method: "" }],
    ['{"jsonrpc":"2.0","method":"m"}', { kind: "notification", method: "m" }],
    ['{"jsonrpc":"2.0","method":"m","params":[1]}', { kind: "ignored" }],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', { kind: "response", id: 1, result: {} }],
    ['{"jsonrpc":"2.0","id":1,"result":null}', { kind: "response", id: 1, result: null }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1}}', { kind: "response", error: { code: 1 } }],
    [
      '{"jsonrpc":"2.0","id":1,"error":null,"result":{}}',
      { kind: "response", result: {}, error: undefined },
    ],
    ['{"jsonrpc":"2.0","id":1,"error":null}', { kind: "response", error: null }],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":1}}', { kind: "ignored" }],
    ['{"jsonrpc":"2.0","result":{}}', { kind: "ignored" }],
    ['{"id":1,"result":{}}', { kind: "response", id: 1 }],
    ['{"jsonrpc":"1.0","id":1,"result":{}}', { kind: "response", id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":{"id":1,"method":"x"}}', { kind: "request" }],
    ['{"jsonrpc":"2.0","id":"id","method":"method"}', { kind: "request", id: "id" }],
    ['{"jsonrpc":"2.0","id":"a\\"id\\":","method":"m","params":["id"]}', { kind: "invalid" }],
  ])("%s is understood", (text, expected) => {
    expect(readMessage(text)).toMatchObject(expected as object);
  });

  it.each<[string, number, unknown]>([
    ["hello", -32700, undefined],
    ["{} {}", -32700, undefined],
    ["{", -32700, undefined],
    ["1", -32600, undefined],
    ['"x"', -32600, undefined],
    ["null", -32600, undefined],
    ["true", -32600, undefined],
    ["{}", -32600, undefined],
    ['{"jsonrpc":"2.0"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":4}', -32600, 4],
    ['{"id":4,"method":"m"}', -32600, 4],
    ['{"jsonrpc":"1.0","id":4,"method":"m"}', -32600, 4],
    ['{"jsonrpc":2,"id":"a","method":"m"}', -32600, "a"],
    ['{"jsonrpc":"2.0","id":4,"method":7}', -32600, 4],
    ['{"jsonrpc":"2.0","id":4,"method":null}', -32600, 4],
    ['{"jsonrpc":"2.0","method":7}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":1.5,"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":true,"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":[1],"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":9223372036854775808,"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":1e400,"method":"m"}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":4,"method":"m","result":{}}', -32600, 4],
    ['{"jsonrpc":"2.0","id":4,"method":"m","error":{}}', -32600, 4],
    ['{"jsonrpc":"2.0","id":4,"method":"m","id":5}', -32600, undefined],
    ['{"jsonrpc":"2.0","id":4,"method":"m","method" :"n"}', -32600, 4],
    ['{"jsonrpc":"2.0","id":4,"method":"m","params":[]}', -32602, 4],
    ['{"jsonrpc":"2.0","id":4,"method":"m","params":[1]}', -32602, 4],
    ['{"jsonrpc":"2.0","id":4,"method":"m","params":"x"}', -32602, 4],
    ['{"jsonrpc":"2.0","id":4,"method":"m","params":0}', -32602, 4],
  ])("%s is refused with %i", (text, code, id) => {
    expect(readMessage(text)).toMatchObject({ kind: "invalid", id, error: { code } });
  });

  it.each<[string, unknown]>([
    ['{"id":1,"method":"m","params":[]}', { kind: "request", params: undefined }],
    ['{"jsonrpc":"1.0","id":1,"method":"m"}', { kind: "request" }],
    ['{"jsonrpc":2,"id":1,"method":"m"}', { error: { code: -32600 } }],
    ['{"id":1,"method":"m","params":[1]}', { error: { code: -32602 } }],
    ['{"id":1,"method":"n","params":{}}', { error: { code: -32600 } }],
  ])("%s is read by what its method allows", (text, expected) => {
    expect(readMessage(text, (method) => method === "m")).toMatchObject(expected as object);
  });

  it("is read from each element of a batch", () => {
    const text = '[{"jsonrpc":"2.0","id":1,"method":"m"},7,{"jsonrpc":"2.0","method":"n"}]';
    expect(readMessage(text)).toMatchObject({
      kind: "batch",
      messages: [{ kind: "request" }, { kind: "invalid" }, { kind: "notification" }],
    });
  });

  it("is checked in a batch as outside of one", () => {
    const text = `[ {"x":[1,{"id":2}],"jsonrpc":"2.0","id":9007199254740993,"method":"m"},
      {"jsonrpc":"2.0","id":1,"id":2,"method":"a,b]"}, "]", {"jsonrpc":"2.0","id":3,"method":"n"}]`;
    expect(readMessage(text)).toMatchObject({
      messages: [
        { kind: "request", id: 9007199254740993n },
        { kind: "invalid", id: undefined },
        { kind: "invalid" },
        { kind: "request", id: 3 },
      ],
    });
  });

  it("may be deeper than the stack", () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const text = `{"jsonrpc":"2.0","id":9007199254740993,"method":"m","params":{"deep":${deep}}}`;
    expect(readMessage(text)).toMatchObject({ kind: "request", id: 9007199254740993n });
  });

  it("never throws and never invents a request", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { kind } = readMessage(text);
        expect(["invalid", "batch", "ignored", "notification"]).toContain(kind);
      }),
    );
  });

  it("keeps every integer id of 64 bits", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (id) => {
        const read = readMessage(`{"jsonrpc":"2.0","id":${id},"method":"m"}`);
        expect(read.kind === "request" && BigInt(read.id)).toBe(id);
      }),
    );
  });
});

describe("the beginning of a line", () => {
  it.each<[string, RequestId | undefined]>([
    ['{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":"xx', 7],
    ['{"jsonrpc":"2.0", "id" : "a\\"b" , "method":"ping","params":[[', 'a"b'],
    ['{"id":9223372036854775807,"method":"m","params":{"id":1', 2n ** 63n - 1n],
    ['{"method":"m","params":{"id":1,"method":"x","a":"xx', undefined],
    ['{"jsonrpc":"2.0","id":7,"result":{"method":"x","a":"xx', undefined],
    ['{"jsonrpc":"2.0","id":7,"id":8,"method":"ping","params":{', undefined],
    ['{"jsonrpc":"2.0","method":"ping","id":7', undefined],
    ['{"jsonrpc":"2.0","method":"ping","id":1.5,"params":{', undefined],
    [String.raw`{"jsonrpc":"2.0","method":"ping","id":"\x","params":{`, undefined],
    ['[{"jsonrpc":"2.0","id":7,"method":"ping"},', undefined],
    ["xxxx", undefined],
    ["", undefined],
  ])("%s tells the request's id", (head, id) => {
    expect(idAtHead(head)).toBe(id);
  });
});
