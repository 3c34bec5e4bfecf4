import type { ResponseItem } from "../../../core/index.ts";
import type { TaskContext } from "./task.ts";

/** Tells subscribers what a finished item of the model says; calls tell their own story. */
export function showItem(task: TaskContext, item: ResponseItem): void {
  if (item.type === "message") return showMessage(task, item);
  if (item.type === "reasoning") return showReasoning(task, item);
  if (item.type !== "web_search_call") return;
  task.emit({
    type: "web_search_end",
    call_id: item.id ?? "",
    query: item.action?.query ?? "",
  });
}

function showMessage(task: TaskContext, item: Extract<ResponseItem, { type: "message" }>): void {
  for (const part of item.content) {
    if (part.type === "output_text") task.emit({ type: "agent_message", message: part.text });
    // Some models repeat the person's side; it is shown as what it is.
    if (part.type === "input_text" && item.role === "user") {
      task.emit({ type: "user_message", message: part.text, kind: "plain" });
    }
  }
}

function showReasoning(
  task: TaskContext,
  item: Extract<ResponseItem, { type: "reasoning" }>,
): void {
  for (const part of item.summary) task.emit({ type: "agent_reasoning", text: part.text });
  if (!task.session.settings.showRawReasoning) return;
  for (const part of item.content ?? []) {
    task.emit({ type: "agent_reasoning_raw_content", text: part.text });
  }
}
