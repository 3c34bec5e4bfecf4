import type { ModelFailure } from "../../../core/index.ts";
import type { TaskContext } from "./task.ts";
import { sleep } from "./wait.ts";

const firstDelayMs = 200;

type Attempt =
  | { readonly status: "completed" | "aborted" }
  | { readonly status: "failed"; readonly failure: ModelFailure };
const aborted = { status: "aborted" } as const;

/** Repeats an attempt that broke off, as often as the model's provider allows; each retry is told. */
export async function withRetries<A extends Attempt>(
  task: TaskContext,
  attempt: () => Promise<A>,
): Promise<A | typeof aborted> {
  const limit = task.session.model.streamMaxRetries;
  for (let retry = 1; ; retry += 1) {
    const answer = await attempt();
    if (answer.status !== "failed" || retry > limit) return answer;
    const { message, retryable, retryAfterMs, contextOverflow = false } = answer.failure;
    // What is too long stays too long, whatever the provider thinks of it.
    if (!retryable || contextOverflow) return answer;

    const delay = Math.round(retryAfterMs ?? backOff(retry));
    task.emit({
      type: "stream_error",
      message: `stream error: ${message}; retrying ${retry}/${limit} in ${delay}ms…`,
    });
    await sleep(delay, task.signal);
    if (task.signal.aborted) return aborted;
  }
}

/** Milliseconds before the n-th retry, from 1: doubling, a tenth more or less. */
export function backOff(retry: number, random: () => number = Math.random): number {
  return firstDelayMs * 2 ** (retry - 1) * (0.9 + 0.2 * random());
}
