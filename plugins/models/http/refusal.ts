import { isJsonObject, type JsonObject, type ModelFailure } from "../../../core/index.ts";

/** An answer other than 2xx. */
export interface Refusal {
  readonly status: number;
  /** Code and phrase, such as `400 Bad Request`. */
  readonly statusText: string;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

/** What a refusal means: `again` says whether the same request is worth repeating at once. */
export interface Verdict {
  readonly failure: ModelFailure;
  readonly again: boolean;
  /** The account has used up what it may use. */
  readonly usedUp?: true;
}

/** Judges a refusal; the Responses wire also repeats 401, as credentials may just be renewed. */
export function judge(refusal: Refusal, wire: "responses" | "other"): Verdict {
  const { status, statusText, body } = refusal;
  const error = errorObject(body);
  const wait = retryAfter(refusal);
  const asked = wait === undefined ? {} : { retryAfterMs: wait };

  if (status === 429) {
    const limit = usageLimit(error);
    if (limit !== undefined) {
      return { failure: { message: limit, retryable: false }, again: false, usedUp: true };
    }
  }
  if (status === 429 || status >= 500 || (status === 401 && wire === "responses")) {
    const said = error?.["message"];
    const reason = typeof said === "string" && said !== "" ? `: ${shortened(said)}` : "";
    const message =
      status === 500 && wire === "responses"
        ? `the model provider reports high demand, which may cause errors for a while${reason}`
        : `exceeded retry limit, last status: ${statusText}${reason}`;
    // The same key stays refused; only the credentials of a sign-in may have changed meanwhile.
    return { failure: { message, retryable: status !== 401, ...asked }, again: true };
  }
  const failure: ModelFailure = {
    message: `unexpected status ${statusText}: ${shortened(body)}`,
    retryable: refusal.header("x-should-retry") === "true" || [408, 409, 425].includes(status),
    ...asked,
  };
  const overflow = isOverflow(error?.["code"], body);
  return { failure: overflow ? { ...failure, contextOverflow: true } : failure, again: false };
}

/** True when an error says that the input does not fit into the model's window. */
export function isOverflow(code: unknown, text: string): boolean {
  if (code === "context_length_exceeded") return true;
  // Anthropic, Gemini and many local servers tell it in words only.
  return /prompt is too long|maximum context length|input token count.*exceeds|exceeds? the (available )?context/i.test(
    text,
  );
}

function usageLimit(error: JsonObject | undefined): string | undefined {
  if (error?.["type"] === "usage_not_included") {
    return "the plan of this account does not include the use of this model; upgrade it, or use an API key";
  }
  if (error?.["type"] !== "usage_limit_reached") return undefined;
  const plan = error["plan_type"];
  const hint =
    plan === "team" || plan === "business" || plan === "enterprise" || plan === "edu"
      ? "ask an administrator for more"
      : "a larger plan allows more";
  const seconds = error["resets_in_seconds"];
  const when = typeof seconds === "number" ? `try again in ${span(seconds)}` : "try again later";
  return `the usage limit of this account is reached: ${hint}, or ${when}`;
}

function span(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), "day"],
    [Math.floor(minutes / 60) % 24, "hour"],
    [minutes % 60, "minute"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`)
    .join(" ");
}

/** Milliseconds of `Retry-After` (RFC 9110 §10.2.3: seconds or a date) or of OpenAI's own header. */
function retryAfter({ header }: Refusal): number | undefined {
  const ms = header("retry-after-ms");
  if (ms !== undefined && /^\d+$/.test(ms)) return Number(ms);
  const value = header("retry-after");
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function errorObject(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (isJsonObject(value) && isJsonObject(value["error"])) return value["error"];
  } catch {
    // Not JSON: an error page of some proxy.
  }
  return undefined;
}

function shortened(body: string): string {
  return body.length <= 8192 ? body : `${body.slice(0, 8192)}…`;
}
