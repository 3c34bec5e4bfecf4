import { expect, it } from "vitest";
import { unknownKeys } from "../../../host/config/known-keys.ts";

const engine = {
  properties: {
    model: { type: "string" },
    policy: {
      properties: { inherit: {}, set: { additionalProperties: { type: "string" } } },
    },
  },
};
const servers = {
  properties: { servers: { additionalProperties: { properties: { command: {}, args: {} } } } },
};
const readers = [engine, servers];

it.each([
  ["values", { model: "m" }],
  ["tables", { policy: { inherit: "all" } }],
  ["tables of free names", { policy: { set: { ANY: "1" } }, servers: { "a.b": { command: "c" } } }],
  ["what a value of the wrong type holds", { model: { anything: 1 }, servers: 5 }],
  ["the host's own keys", { profile: "p", profiles: { p: { model: "m" } } }],
  ["keys that mean something to other programs", { tui: { theme: {} }, otel: {} }],
])("%s that somebody reads are known", (_, values) => {
  expect(unknownKeys(values, readers)).toEqual([]);
});

it.each([
  [{ modle: "m" }, "modle", "model"],
  [{ policy: { inherits: "all" } }, "policy.inherits", "policy.inherit"],
  [{ servers: { one: { comand: "c" } } }, "servers.one.comand", "servers.one.command"],
  [{ profiles: { p: { sandbox_mode: "x" } } }, "profiles.p.sandbox_mode", undefined],
  [{ constructor: 1 }, "constructor", undefined],
])("%j has a key that nobody reads", (values, key, meant) => {
  expect(unknownKeys(values, readers)).toEqual([{ key, meant }]);
});

it("a table is read by as many as like to", () => {
  const more = { properties: { policy: { properties: { extra: {} } } } };
  const values = { policy: { inherit: "all", extra: 1, nothing: 2 } };
  expect(unknownKeys(values, [...readers, more])).toEqual([
    { key: "policy.nothing", meant: undefined },
  ]);
});
