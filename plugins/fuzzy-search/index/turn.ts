/** Lets waiting messages and events in. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
