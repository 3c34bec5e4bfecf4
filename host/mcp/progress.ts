import type { Call } from "../../core/plugin/call.ts";
import type { OpenCall } from "../rpc/calls.ts";
import type { Params } from "../rpc/envelope.ts";
import { isJsonObject } from "../../core/json.ts";

const shortestGapMs = 100;
const heartbeatMs = 10_000;
const smallestStep = 0.001;

export type ProgressToken = string | number;

/** The token under which a request wants to hear of its progress; 0 and "" are tokens. */
export function progressToken(params: Params): ProgressToken | undefined {
  const meta = params?.["_meta"];
  const token = isJsonObject(meta) ? meta["progressToken"] : undefined;
  return typeof token === "string" || typeof token === "number" ? token : undefined;
}

interface Step {
  readonly message: string | undefined;
  readonly amount: { progress: number; total?: number } | undefined;
}

/**
 * Progress of one call (MCP 2025-11-25, basic/utilities/progress): `progress` always grows, at most
 * ten lines leave a second and the newest waits for its turn, a silent call sends a heartbeat every
 * ten seconds, and nothing follows the answer.
 */
export function trackProgress(
  call: OpenCall,
  send: (params: { progress: number; total?: number; message?: string }) => void,
): Call["progress"] {
  let last = 0;
  let sentAt = -Infinity;
  let newest: Step | undefined;
  let latestMessage: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const emit = ({ message, amount }: Step) => {
    const wanted = amount?.progress ?? Math.floor(last) + 1;
    last = wanted > last ? wanted : Math.round((last + smallestStep) * 1000) / 1000;
    sentAt = performance.now();
    newest = undefined;
    send({
      progress: last,
      ...(amount?.total !== undefined && { total: amount.total }),
      ...(message !== undefined && { message }),
    });
    wait(heartbeatMs);
  };
  const wait = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => emit(newest ?? { message: latestMessage, amount: undefined }), ms);
    timer.unref();
  };
  wait(heartbeatMs);
  call.onEnd(() => {
    clearTimeout(timer);
    over = true;
    if (newest !== undefined && !call.cancelled) emit(newest);
    clearTimeout(timer);
  });

  return (message, amount) => {
    if (over) return;
    latestMessage = message;
    const gap = performance.now() - sentAt;
    if (gap >= shortestGapMs) return emit({ message, amount });
    if (newest === undefined) wait(shortestGapMs - gap);
    newest = { message, amount };
  };
}
