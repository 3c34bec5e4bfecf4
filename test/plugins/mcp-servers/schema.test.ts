import { describe, expect, it } from "vitest";
import { argumentsSchema, reducedSchema } from "../../../plugins/mcp-servers/schema.ts";

const text = { type: "string" };

describe("acceptance 25: a server's schema", () => {
  it.each<[string, unknown, object]>([
    ["an integer becomes a number", { type: "integer" }, { type: "number" }],
    ["a number stays", { type: "number", minimum: 1 }, { type: "number" }],
    [
      "a union becomes its first known type",
      { type: ["null", "integer", "string"] },
      { type: "number" },
    ],
    ["a union of nothing known is a string", { type: ["null"] }, text],
    ["an unknown type is a string", { type: "tuple" }, text],
    [
      "properties mean an object",
      { properties: { a: text } },
      { type: "object", properties: { a: text } },
    ],
    [
      "items mean an array",
      { items: { type: "boolean" } },
      { type: "array", items: { type: "boolean" } },
    ],
    ["an enum is a string, its values are lost", { enum: ["a", "b"] }, text],
    ["a constant is a string", { const: 5 }, text],
    ["a format is a string's", { format: "uri" }, text],
    ["bounds are a number's", { exclusiveMaximum: 5 }, { type: "number" }],
    ["alternatives are lost", { anyOf: [{ type: "number" }] }, text],
    ["a reference is a string", { $ref: "#/$defs/a" }, text],
    ["an array has string items", { type: "array" }, { type: "array", items: text }],
    ["an object has properties", { type: "object" }, { type: "object", properties: {} }],
    ["true is a string", true, text],
    ["false is a string", false, text],
    ["nonsense is a string", [1], text],
    [
      "a description stays",
      { type: "boolean", description: "Yes?" },
      { type: "boolean", description: "Yes?" },
    ],
  ])("%s", (_, schema, reduced) => {
    expect(reducedSchema(schema)).toEqual(reduced);
  });

  it("is reduced to the bottom, in alphabetical order", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Arguments",
      type: "object",
      properties: {
        z: { type: "array", items: { type: "array", items: { type: "integer" } } },
        a: { properties: { y: true, b: { enum: [1] } }, additionalProperties: { type: "integer" } },
      },
      required: ["z"],
      additionalProperties: false,
    };
    expect(JSON.stringify(argumentsSchema(schema))).toBe(
      '{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"},' +
        '"y":{"type":"string"}},"additionalProperties":{"type":"number"}},"z":{"type":"array",' +
        '"items":{"type":"array","items":{"type":"number"}}}},"required":["z"],"additionalProperties":false}',
    );
  });

  it.each([[undefined], [null], [true], [{ type: "string" }]])(
    "of arguments is an object: %j",
    (schema) => {
      expect(argumentsSchema(schema)).toEqual({ type: "object", properties: {} });
    },
  );
});
