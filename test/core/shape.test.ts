import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readShape } from "../../core/index.ts";
import { shapeOf, shapesOf, shapeSources } from "../../scripts/shapes.ts";
import { readFileSync } from "node:fs";

/** What a schema makes of a value, the two ways. */
function both(schema: z.ZodType, value: unknown) {
  return {
    shape: readShape(shapeOf(schema), value),
    zod: schema.safeParse(value).data,
  };
}

const schemas: Record<string, z.ZodType> = {
  object: z.object({ a: z.string(), b: z.int().nonnegative().optional() }),
  strict: z.strictObject({ a: z.string().min(1).nullish() }),
  loose: z.looseObject({ a: z.boolean() }),
  record: z.record(z.string(), z.number().positive()),
  defaults: z.object({ a: z.enum(["x", "y"]).default("x"), b: z.array(z.string()).default([]) }),
  union: z.discriminatedUnion("a", [
    z.object({ a: z.literal("x"), b: z.int() }),
    z.object({ a: z.literal("y"), b: z.array(z.null()).min(1) }),
  ]),
  choice: z.union([z.string().regex(/^x/), z.object({ a: z.unknown() })]),
};

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.record(
    {
      a: fc.oneof(fc.constantFrom("x", "y", "", null, true), fc.jsonValue({ maxDepth: 1 })),
      b: fc.oneof(fc.constantFrom(0, 1, -1, 1.5, [], [null], ["x"]), fc.jsonValue({ maxDepth: 1 })),
      c: fc.string(),
    },
    { requiredKeys: [] },
  ),
);

describe("readShape", () => {
  it.each(Object.entries(schemas))("reads what zod reads: %s", (_, schema) => {
    fc.assert(
      fc.property(json, (value) => {
        const { shape, zod } = both(schema, value);
        expect(shape).toEqual(zod);
      }),
    );
  });

  it("leaves the word to the schema where the JSON Schema says what it does not know", () => {
    expect(readShape({ type: "string", format: "uri" }, "http://a")).toBeUndefined();
    expect(readShape({ $ref: "#/x" }, 1)).toBeUndefined();
  });

  it("takes no member from a prototype and makes none", () => {
    const record = { type: "object", additionalProperties: {} };
    expect(readShape(record, JSON.parse('{"__proto__": 1}'))).toBeUndefined();
    const object = { type: "object", properties: { toString: {} }, required: ["toString"] };
    expect(readShape(object, {})).toBeUndefined();
  });
});

describe("the shapes.json files", () => {
  it.each(Object.entries(shapeSources))(
    "%s shows its schemas; `npm run shapes` makes it anew",
    (path, source) => {
      const written: unknown = JSON.parse(readFileSync(path, "utf8"));
      expect(written).toEqual(shapesOf(source));
    },
  );
});
