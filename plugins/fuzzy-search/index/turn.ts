/** Lets waiting messages and events in. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Milliseconds a search works before it lets others in: work in the background waits longer than it. */
const sharedMs = 20;

/** Lets others in, but only when it is time again: each time a slice of background work comes between. */
export function politely(): () => Promise<void> {
  let until = performance.now() + sharedMs;
  return async () => {
    if (performance.now() < until) return;
    await turn();
    until = performance.now() + sharedMs;
  };
}
