import type { z } from "zod";
import type { JsonObject } from "../json.ts";
import type { Method, Notification } from "../protocol/method.ts";
import type { Schema } from "../schema.ts";
import type { Log } from "../services/log.ts";
import type { RequestId } from "../wire/json-rpc.ts";
import type { ClientCapabilities } from "../wire/mcp.ts";

/** The client as it introduced itself; before `initialize` name and version are empty. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  readonly title: string | undefined;
  /** The negotiated revision of MCP, `undefined` before `initialize`. */
  readonly protocolVersion: string | undefined;
  readonly capabilities: ClientCapabilities;
}

/** The client at the other end of the connection. */
export interface Client {
  readonly peer: Peer;
  /**
   * Sends a request and resolves with its checked result. Rejects with `RpcError` when the client
   * answers with an error, when the answer does not fit the schema, and when the connection ends.
   */
  request<P extends Schema, R extends Schema>(
    method: Method<P, R>,
    params: z.input<P>,
    options?: RequestOptions,
  ): Promise<z.output<R>>;
  /** Queues a notification; never waits. Params are not checked in production. */
  notify<P extends Schema>(notification: Notification<P>, params: z.input<P>): void;
  /**
   * `undefined` while the outbound queue has room, else a promise for when it has. Only a producer
   * that can pause its source (a stream reader) should wait for it.
   */
  ready(): Promise<void> | undefined;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; the request is cancelled at the client when they have passed. */
  readonly timeoutMs?: number;
}

/** What a handler gets for one inbound request. Members are plain functions, safe to destructure. */
export interface Call {
  /** The id the client gave this request, for correlation in notifications. */
  readonly requestId: RequestId;
  /** Aborted when the client cancels the request or the connection ends. */
  readonly signal: AbortSignal;
  readonly client: Client;
  readonly log: Log;
  /** Runs when the answer is on its way: whatever is sent then comes after it. */
  readonly afterAnswer: (run: () => void) => void;
  /** Tells the client how far the call is, if it asked for progress (MCP, basic/utilities/progress). */
  readonly progress: (message: string, amount?: { progress: number; total?: number }) => void;
  /** The client asked for progress: more than a word about it may be worth making. */
  readonly wantsProgress?: boolean;
  /** Puts a question to the person behind the client, whatever the connection offers for that. */
  readonly ask: (question: Question) => Promise<Answer>;
}

/** One field of a question's form. */
export type Field =
  | {
      readonly type: "choice";
      readonly title?: string;
      readonly description?: string;
      readonly choices: readonly { readonly value: string; readonly title: string }[];
    }
  | {
      readonly type: "string";
      readonly title?: string;
      readonly description?: string;
      readonly minLength?: number;
      readonly maxLength?: number;
    }
  | {
      readonly type: "number" | "integer";
      readonly title?: string;
      readonly description?: string;
      readonly minimum?: number;
      readonly maximum?: number;
    }
  | { readonly type: "boolean"; readonly title?: string; readonly description?: string };

/** A question to the person, asked as MCP form elicitation (MCP 2025-11-25, client/elicitation). */
export interface Question {
  /** Everything the person needs to decide; a client may show nothing else. */
  readonly message: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  /** More members for the request's params, for clients that know them. */
  readonly members?: JsonObject;
  /** Milliseconds after which the question is withdrawn. */
  readonly timeoutMs?: number;
  /** Withdraws the question, beside the call's own signal. */
  readonly signal?: AbortSignal;
}

/** What came of a question. `result` is the client's answer as it came, for members of its own. */
export type Answer =
  | {
      readonly kind: "answered";
      readonly action: "accept" | "decline" | "cancel" | undefined;
      readonly content: JsonObject;
      readonly result: JsonObject;
    }
  | {
      readonly kind: "unanswered";
      readonly reason: "unsupported" | "failed" | "timed-out" | "withdrawn" | "closed";
      /** Says what happened, in one sentence. */
      readonly message: string;
    };
