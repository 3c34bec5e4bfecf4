import { isJsonObject } from "../../core/json.ts";
import { resolveDeferred, type Deferred, type Schema } from "../../core/schema.ts";
import type { JsonSchema } from "../../core/wire/mcp.ts";

/**
 * A schema as JSON Schema 2020-12, the dialect MCP assumes. Both what comes in and what goes out is
 * shown before zod transforms it, since that is what stands on the wire.
 */
export async function toJsonSchema(schema: Deferred<Schema>): Promise<JsonSchema> {
  const { z } = await import("zod");
  const { $schema: _dialect, ...shown } = z.toJSONSchema(await resolveDeferred(schema), {
    io: "input",
  });
  // zod adds its own non-enumerable members; the copy has JSON only.
  return JSON.parse(JSON.stringify(shown)) as JsonSchema;
}

/** The same for a schema that MCP requires to be an object's. */
export async function toObjectSchema(schema: Deferred<Schema>): Promise<JsonSchema> {
  const shown = await toJsonSchema(schema);
  if (isJsonObject(shown) && shown["type"] === "object") return shown;
  throw new Error("its root must be an object");
}
