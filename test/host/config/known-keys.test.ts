import { expect, it } from "vitest";
import type { JsonObject } from "../../../core/index.ts";
import { unknownKeys } from "../../../host/config/known-keys.ts";
import { EngineKeys } from "../../../plugins/engine/settings-schema.ts";
import { Server } from "../../../plugins/mcp-servers/settings.ts";
import { providerKeys } from "../../../plugins/models/provider.ts";
import { TraitTables } from "../../../plugins/models/traits-schema.ts";

interface Shown {
  readonly properties?: Readonly<Record<string, Shown>>;
  readonly additionalProperties?: Shown | boolean;
}

/** Every key that a schema reads, as a tree of settings. */
function tree({ properties = {} }: Shown): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, tree(inner)]));
}

const shown = (schema: { toJSONSchema: () => unknown }) => schema.toJSONSchema() as Shown;
const traits = shown(TraitTables).additionalProperties;

it.each<[string, JsonObject]>([
  ["the engine", tree(shown(EngineKeys))],
  [
    "providers",
    { model_providers: { "a.b": Object.fromEntries(providerKeys.map((key) => [key, {}])) } },
  ],
  ["traits", { model_traits: { "x*": typeof traits === "object" ? tree(traits) : {} } }],
  ["external servers", { mcp_servers: { one: tree(shown(Server)) } }],
  ["signing in", { auth: { issuer: 1, client_id: 1, port: 1 }, preferred_auth_method: 1 }],
])("every key of %s is known", (_, values) => {
  expect(Object.keys(values)).not.toEqual([]);
  expect(unknownKeys(values)).toEqual([]);
});

it("what a table of free keys holds is nobody's mistake", () => {
  const values = { set: { ANY: "1" } };
  expect(unknownKeys({ shell_environment_policy: values, tui: { theme: {} } })).toEqual([]);
  expect(unknownKeys({ mcp_servers: { a: { env: { B: "1" } } }, model_providers: 5 })).toEqual([]);
});

it("no key of the language's own objects passes for a known one", () => {
  expect(unknownKeys({ constructor: 1, toString: {} })).toMatchObject([
    { key: "constructor" },
    { key: "toString" },
  ]);
});
