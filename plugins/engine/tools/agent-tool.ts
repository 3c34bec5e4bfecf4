import { errorMessage, isJsonObject } from "../../../core/index.ts";
import type { AgentToolCall, AgentToolResult, JsonObject } from "../../../core/index.ts";
import { sleep, unlessAborted } from "../turn/wait.ts";
import { badArguments, type FunctionCall, problemsOf, type ToolOutput } from "./tool.ts";
import type { ReadyTool } from "./toolkit.ts";

/** How long an aborted tool has to tell how it ended. */
const lastWordsMs = 100;

/** Calls a plugin's tool; rejects with what the tool throws. */
export async function runAgentTool(
  { tool, schema }: ReadyTool,
  { task, id, argumentText }: FunctionCall,
): Promise<ToolOutput> {
  const given = parseArguments(argumentText);
  if (typeof given === "string") return { output: badArguments(given) };
  let args: JsonObject | undefined = given.value;
  if (schema !== undefined) {
    const parsed = await schema.safeParseAsync(args ?? {});
    if (!parsed.success) return { output: badArguments(problemsOf(parsed.error)) };
    // The tool was registered with this schema, so its output is what `run` takes.
    args = parsed.data as JsonObject;
  }

  let open = true;
  const { session, signal } = task;
  const call: AgentToolCall = {
    callId: id,
    conversationId: session.id,
    cwd: session.cwd,
    signal,
    ask: task.ask,
    emit: (msg) => {
      if (open) task.emit(msg);
    },
  };
  try {
    const running = Promise.resolve(args).then((value) => tool.run(value, call));
    return (await unlessAborted(running, signal)) ?? (await lastWords(running));
  } finally {
    open = false;
  }
}

/** A tool that ignores its signal holds up nobody. */
function lastWords(running: Promise<AgentToolResult>): Promise<AgentToolResult> {
  const patience = sleep(lastWordsMs, new AbortController().signal);
  return Promise.race([running, patience.then(() => ({ output: "aborted" }))]);
}

/** The object that the model wrote, `undefined` for none; a sentence when it wrote something else. */
function parseArguments(text: string): { readonly value: JsonObject | undefined } | string {
  if (text.trim() === "") return { value: undefined };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return errorMessage(error);
  }
  if (value === null) return { value: undefined };
  return isJsonObject(value) ? { value } : "expected an object";
}
