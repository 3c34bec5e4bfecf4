import { resolve } from "node:path";
import { isConversationError } from "../../core/index.ts";
import type { ConversationSummary } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import { failed, refuse } from "./refusals.ts";
import type { ListConversations } from "./schemas.ts";

// Front ends of app servers show what people began in one; the other profile shows all.
const interactiveSources = ["cli", "vscode"];

export async function listConversations(desk: Desk, { pageSize, cursor }: ListConversations) {
  try {
    const page = await desk.conversations.list({
      ...(pageSize !== undefined && { size: pageSize }),
      ...(cursor !== undefined && { cursor }),
      ...(desk.appServer && { sources: interactiveSources }),
    });
    return {
      items: page.items.map(shown),
      ...(page.next !== undefined && { nextCursor: page.next }),
    };
  } catch (error) {
    throw failed("failed to list conversations", error);
  }
}

function shown({ id, path, preview, timestamp }: ConversationSummary) {
  const time = timestamp === undefined ? {} : { timestamp };
  return { conversationId: id, path, preview, ...time };
}

/** One record, by id or by path; a relative path starts at the home folder. */
export async function getConversationSummary(
  desk: Desk,
  record: { conversationId: string | undefined; rolloutPath: string | undefined },
) {
  const { conversationId: id = "", rolloutPath } = record;
  const path = rolloutPath === undefined ? undefined : resolve(desk.settings.home, rolloutPath);
  try {
    const summary = await desk.conversations.summary(path === undefined ? { id } : { path });
    const modelProvider = summary.modelProvider ?? (await defaultProvider(desk));
    return { summary: { ...shown(summary), modelProvider } };
  } catch (error) {
    if (isConversationError(error) && error.kind === "missing" && path === undefined) {
      throw refuse(`no rollout found for conversation id ${id}`);
    }
    throw failed(`failed to load conversation summary from ${path ?? id}`, error);
  }
}

/** Whose model a record is of that does not say: records did not, when there was only one. */
async function defaultProvider({ settings }: Desk): Promise<string> {
  const { values } = await settings.load();
  const provider = values["model_provider"];
  return typeof provider === "string" ? provider : "openai";
}
