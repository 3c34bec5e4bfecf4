import type { IncomingHttpHeaders } from "node:http";
import { errorMessage, type ModelFailure } from "../../core/index.ts";

/** Start of every message about an answer that broke off on its way. */
const disconnected = "stream disconnected before completion: ";

/** Breaks off an answer; `failure` is what the engine is told. */
export class ModelError extends Error {
  readonly failure: ModelFailure;
  /** Of an answer that refuses because a limit is used up: they tell the limits. */
  readonly headers: IncomingHttpHeaders | undefined;

  constructor(
    failure: ModelFailure,
    options: ErrorOptions & { headers?: IncomingHttpHeaders } = {},
  ) {
    super(failure.message, options);
    this.name = "ModelError";
    this.failure = failure;
    this.headers = options.headers;
  }
}

/** A stream that broke off and may be asked for again. */
export function brokenStream(why: string, more: Partial<ModelFailure> = {}): ModelFailure {
  return { message: disconnected + why, retryable: true, ...more };
}

/** What anything thrown means; libraries wrap our error, so its causes are looked through. */
export function failureOf(error: unknown): ModelFailure {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof Error; depth += 1) {
    if (cause instanceof ModelError) return cause.failure;
    cause = cause.cause;
  }
  return brokenStream(errorMessage(error));
}
