import type { IncomingMessage } from "node:http";
import { errorMessage } from "../../../core/index.ts";
import { brokenStream, ModelError } from "../failure.ts";

/**
 * The bytes of an answer as they arrive. Nothing is read ahead while the consumer is busy, so a slow
 * one slows the server down; only time spent waiting for the server counts as idle. Rejects with
 * `ModelError` when the connection breaks or stays silent; `limitMs` may shorten the wait.
 */
export async function* readBody(
  response: IncomingMessage,
  idleTimeoutMs: number,
  limitMs: () => number | undefined = () => undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let waiting = false;
  let silent = false;
  const timer = setTimeout(() => {
    if (!waiting) return;
    silent = true;
    response.destroy(new Error("idle"));
  }, idleTimeoutMs);
  try {
    for (;;) {
      waiting = true;
      const limit = limitMs();
      // One timer for the whole stream: a new one for each chunk would cost more than parsing it.
      if (limit === undefined) timer.refresh();
      const next = await (limit === undefined ? iterator.next() : within(iterator, limit));
      waiting = false;
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    const why = silent ? `nothing arrived for ${idleTimeoutMs} ms` : errorMessage(error);
    throw new ModelError(brokenStream(why), { cause: error });
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
}

/** The next chunk, or the end when it takes longer than `ms`. */
async function within(
  iterator: AsyncIterator<Buffer>,
  ms: number,
): Promise<IteratorResult<Buffer, unknown>> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<IteratorResult<Buffer, unknown>>((resolve) => {
    timer = setTimeout(() => resolve({ done: true, value: undefined }), ms);
  });
  try {
    return await Promise.race([iterator.next(), end]);
  } finally {
    clearTimeout(timer);
  }
}
