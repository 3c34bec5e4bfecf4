import { readShape } from "../shape.ts";
import type { ResponseItem } from "./items.ts";
import shapes from "./shapes.json" with { type: "json" };

/** The item as the schema `ResponseItem` reads it, without loading zod; `undefined` for no item. */
export function readResponseItem(value: unknown): ResponseItem | undefined {
  return readShape(shapes.responseItem, value);
}
