import type { IncomingMessage } from "node:http";
import { errorMessage } from "../../../core/index.ts";
import { brokenStream, ModelError } from "../failure.ts";
import { statusText, type Network } from "./network.ts";
import { judge, type Verdict } from "./refusal.ts";

/** One request to a model server. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly wire: "responses" | "other";
  /** Extra tries after a failed one. */
  readonly maxRetries: number;
  /** Milliseconds without an answer before the request is given up. */
  readonly idleTimeoutMs: number;
  /** Headers by new credentials, asked for once when these are refused; `undefined`: there are none. */
  readonly renew?: () => Promise<Readonly<Record<string, string>> | undefined>;
}

/** A longer wait than this is left to the engine, which tells the person of it. */
const longestWaitMs = 60_000;
const largestRefusal = 64 * 1024;

/** Sends a request until the server accepts it; rejects with `ModelError`, or when aborted. */
export async function post(
  request: Post,
  network: Network,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let { headers, renew } = request;
  for (let attempt = 1; ; attempt += 1) {
    const verdict = await once({ ...request, headers }, network, signal);
    if ("response" in verdict) return verdict.response;
    if (verdict.unauthorized === true && renew !== undefined) {
      const renewed = await renew();
      renew = undefined;
      if (renewed !== undefined) {
        headers = renewed;
        // It is the first try with these.
        attempt -= 1;
        continue;
      }
    }
    const wait = verdict.failure.retryAfterMs ?? backOff(attempt);
    if (!verdict.again || attempt > request.maxRetries || wait > longestWaitMs) {
      throw new ModelError(verdict.failure, verdict.headers && { headers: verdict.headers });
    }
    await sleep(wait, signal);
  }
}

/** 200 ms, doubled with each try, spread by a tenth so that many clients do not come at once. */
function backOff(attempt: number): number {
  return 200 * 2 ** (attempt - 1) * (0.9 + Math.random() * 0.2);
}

type Refused = Verdict & {
  readonly headers?: IncomingMessage["headers"];
  readonly unauthorized?: boolean;
};

async function once(
  request: Post,
  network: Network,
  signal: AbortSignal,
): Promise<{ readonly response: IncomingMessage } | Refused> {
  let response: IncomingMessage;
  try {
    response = await send(request, network, signal);
  } catch (error) {
    if (signal.aborted || error instanceof ModelError) throw error;
    // The query may hold a key, so it is not shown.
    const where = request.url.origin + request.url.pathname;
    const message = `cannot reach ${where}: ${errorMessage(error)}`;
    return { failure: { message, retryable: true }, again: true };
  }
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { response };
  const body = await refusalText(response);
  signal.throwIfAborted();
  const header = (name: string) => {
    const value = response.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const refusal = { status, statusText: statusText(response), header, body };
  const verdict = { ...judge(refusal, request.wire), unauthorized: status === 401 };
  return verdict.usedUp === true ? { ...verdict, headers: response.headers } : verdict;
}

async function send(request: Post, network: Network, signal: AbortSignal) {
  try {
    return await exchange(request, network, signal);
  } catch (error) {
    // The server closed a kept socket just as it was used again: not a failure of this request.
    if (error instanceof StaleSocket) return exchange(request, network, signal);
    throw error;
  }
}

class StaleSocket extends Error {}

function exchange(
  { url, headers, body, idleTimeoutMs }: Post,
  network: Network,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const sent = network.request(url, { method: "POST", headers, signal });
    const timer = setTimeout(() => {
      sent.destroy(new ModelError(brokenStream(`no answer within ${idleTimeoutMs} ms`)));
    }, idleTimeoutMs);
    sent.on("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const stale = sent.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale && !signal.aborted ? new StaleSocket(error.message) : error);
    });
    sent.end(body);
  });
}

async function refusalText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largestRefusal) break;
    }
  } catch {
    // What came before the break is enough.
  }
  return Buffer.concat(chunks).toString("utf8");
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
