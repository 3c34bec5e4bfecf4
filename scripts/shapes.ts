// `npm run shapes`: writes the `shapes.json` files, JSON Schemas of what a first turn reads before
// zod is loaded. The schemas stay the source: a test fails where a file is not what they show.
import { writeFileSync } from "node:fs";
import { z } from "zod";
import { ResponseItem } from "../core/protocol/items.ts";
import type { JsonSchema } from "../core/wire/mcp.ts";
import { EngineKeys } from "../plugins/engine/settings-schema.ts";
import { Arguments } from "../plugins/engine/tools/arguments.ts";
import { ProviderTables } from "../plugins/models/provider-schema.ts";
import { TraitTables } from "../plugins/models/traits-schema.ts";

type Schemas = Readonly<Record<string, z.ZodType>>;

/** The files by path, each with its schemas by name, or by name within a group. */
export const shapeSources: Readonly<Record<string, Readonly<Record<string, z.ZodType | Schemas>>>> =
  {
    "plugins/engine/shapes.json": { engineKeys: EngineKeys, arguments: Arguments },
    "plugins/models/shapes.json": {
      providerTables: ProviderTables,
      traitTables: TraitTables,
      responseItem: ResponseItem,
    },
  };

/** A schema as `readShape` takes it. */
export function shapeOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: "input" });
  // Text for people is not read there.
  const text = JSON.stringify(shape, (key, value: unknown) =>
    key === "description" && typeof value === "string" ? undefined : value,
  );
  return JSON.parse(text) as JsonSchema;
}

/** Schemas, or groups of them, by name. */
export function shapesOf(schemas: Readonly<Record<string, z.ZodType | Schemas>>): JsonSchema {
  const shapes = Object.entries(schemas).map(([name, one]) => {
    return [name, one instanceof z.ZodType ? shapeOf(one) : shapesOf(one)] as const;
  });
  return Object.fromEntries(shapes);
}

if (import.meta.main) {
  for (const [path, schemas] of Object.entries(shapeSources)) {
    const file = new URL(`../${path}`, import.meta.url);
    writeFileSync(file, `${JSON.stringify(shapesOf(schemas), undefined, 2)}\n`);
  }
}
