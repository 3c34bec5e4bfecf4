import type { z } from "zod";

/** Any zod schema. */
export type Schema = z.ZodType;

/** A zod schema whose value is an object; what tool arguments and results must be. */
export type ObjectSchema = z.ZodObject;

/**
 * A value, or a function that makes it when it is first needed.
 *
 * Declaring a schema as `async () => (await import("./schemas.ts")).Arguments` keeps zod out of the
 * program's start; declaring it as a plain value is always fine.
 */
export type Deferred<T> = T | (() => T | Promise<T>);

/** The value behind a `Deferred`. Schemas are objects, so a function can only be the deferred form. */
export async function resolveDeferred<T extends object>(deferred: Deferred<T>): Promise<T> {
  return typeof deferred === "function" ? (deferred as () => T | Promise<T>)() : deferred;
}
