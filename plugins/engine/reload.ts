import { readRollout, type Recorded } from "./rollout/read.ts";
import type { Session } from "./turn/task.ts";

/** Reads the history of an unloaded conversation again; rejects with `ConversationError`. */
export async function reload(session: Session): Promise<void> {
  session.recorder.reclaim();
  try {
    restore(session, await readRollout(session.recorder.path));
  } catch (error) {
    await session.recorder.release();
    throw error;
  }
}

/** Puts the session where its record ends. */
export function restore(session: Session, { items, drafts, skipped }: Recorded): void {
  const { history, log, recorder } = session;
  history.restore(items);
  // A crash cut the answer off; what of it had happened is history now.
  history.append(drafts);
  if (skipped > 0) log.warn(`${skipped} lines of a record were skipped: ${recorder.path}`);
}
