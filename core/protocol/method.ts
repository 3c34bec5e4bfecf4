import type { z } from "zod";
import type { Deferred, Schema } from "../schema.ts";

/** A JSON-RPC method: its wire name, one sentence about it, and the schemas of params and result. */
export interface Method<P extends Schema = Schema, R extends Schema = Schema> {
  readonly name: string;
  readonly summary: string;
  readonly params: Deferred<P>;
  readonly result: Deferred<R>;
  /**
   * How it stands to the other methods that say so, whichever plugin serves them: `in-line` requests
   * run and are answered in the order they came, one after the other, unless one takes over a second;
   * a `queued` one begins when those before it are done and holds up none. Absent: runs at once.
   */
  readonly order?: "in-line" | "queued";
  /** Requests read before the end of input are waited for, however long they take. */
  readonly outlastsInput?: boolean;
  /** Requests without params are refused, although every member may be absent. */
  readonly needsParams?: boolean;
}

/** A JSON-RPC notification, in either direction. */
export interface Notification<P extends Schema = Schema> {
  readonly name: string;
  readonly summary: string;
  readonly params: Deferred<P>;
}

/** Declares a method; handlers and requests infer their types from it. */
export function defineMethod<P extends Schema, R extends Schema>(
  method: Method<P, R>,
): Method<P, R> {
  return method;
}

/** Declares a notification. */
export function defineNotification<P extends Schema>(
  notification: Notification<P>,
): Notification<P> {
  return notification;
}

/** What a handler of this method receives. */
export type ParamsOf<M> = M extends Method<infer P> ? z.output<P> : never;

/** What a handler of this method returns. */
export type ResultOf<M> = M extends Method<Schema, infer R> ? z.input<R> : never;
