import type { Job } from "./job.ts";
import type { Surroundings } from "./surroundings.ts";
import { overrideNews } from "./turn/environment-block.ts";
import type { Session } from "./turn/task.ts";

/**
 * The session as the turn of this job needs it: with its history in memory, and as the submission
 * wants it to be. Rejects with what prevents it; nothing is different then.
 */
export async function prepared(
  surroundings: Surroundings,
  session: Session,
  { submission, signal }: Job,
): Promise<Session> {
  if (!session.history.loaded) {
    const { reload } = await import("./reload.ts");
    await reload(session);
  }
  const { overrides } = submission;
  if (overrides === undefined) return session;
  const { overridden } = await import("./overrides.ts");
  const changed = await overridden(surroundings, session, { overrides, signal });
  // With words, the model is told together with them.
  const { history } = changed;
  const silent = submission.items.length === 0;
  if (silent) history.append(overrideNews(changed, overrides, history.items));
  return changed;
}
