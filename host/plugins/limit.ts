export interface Limit {
  readonly limitMs: number;
  /** What the promise rejects with when the time is over. */
  readonly late: () => Error;
  /** Ends the wait early, with `stopped`. */
  readonly signal?: AbortSignal;
  readonly stopped?: () => Error;
}

/** Waits for work no longer than the limit; the work itself cannot be stopped. */
export async function withLimit<T>(
  work: Promise<T>,
  { limitMs, late, signal, stopped = late }: Limit,
): Promise<T> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(late()), limitMs);
  const stop = () => over.reject(stopped());
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
