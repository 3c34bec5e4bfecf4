/** Calls back for Ctrl-C. From the third on it does what it always does: end the process. */
export function onInterrupt(callback: () => void): () => void {
  let times = 0;
  const heard = () => {
    times += 1;
    if (times === 2) process.off("SIGINT", heard);
    callback();
  };
  process.on("SIGINT", heard);
  return () => process.off("SIGINT", heard);
}
