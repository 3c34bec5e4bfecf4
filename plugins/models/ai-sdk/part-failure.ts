import { isJsonObject, type ModelFailure } from "../../../core/index.ts";
import { brokenStream, failureOf, ModelError } from "../failure.ts";
import { isOverflow } from "../http/refusal.ts";

/** Statuses of the 4xx range after which asking again may help. */
const passing = new Set([408, 409, 425, 429]);

/**
 * What an error amid a stream means: an error of the library, or what the server wrote instead of
 * the next piece, such as `{"message": …, "code": …}`.
 */
export function partFailure(error: unknown): ModelFailure {
  if (ours(error)) return failureOf(error);
  const fields = fieldsOf(error);
  const code = fields["code"] ?? fields["type"];
  const status = [fields["statusCode"], fields["code"]].find((value) => typeof value === "number");
  const message = cut(typeof fields["message"] === "string" ? fields["message"] : String(error));
  const overflow = isOverflow(code, message);
  const refused =
    typeof status === "number" && status >= 400 && status < 500 && !passing.has(status);
  return brokenStream(message, {
    retryable: !overflow && !refused,
    ...(overflow && { contextOverflow: true }),
  });
}

function ours(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof Error; depth += 1) {
    if (cause instanceof ModelError) return true;
    cause = cause.cause;
  }
  return false;
}

function fieldsOf(error: unknown): Record<string, unknown> {
  if (error instanceof Error) {
    const fields = Object.fromEntries<unknown>(Object.entries(error));
    const text = fields["text"];
    const unreadable = error.name === "AI_JSONParseError" && typeof text === "string";
    const message = unreadable ? `a piece of the answer is not JSON: ${text}` : error.message;
    return { ...fields, message };
  }
  if (isJsonObject(error)) return error;
  return { message: typeof error === "string" ? error : JSON.stringify(error) };
}

// A library's message quotes the whole piece that it could not read.
function cut(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`;
}
