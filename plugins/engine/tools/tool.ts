import type { z } from "zod";
import { errorMessage } from "../../../core/index.ts";
import type { TaskContext } from "../turn/task.ts";

/** One call of a function tool, its arguments still the text the model wrote. */
export interface FunctionCall {
  readonly task: TaskContext;
  readonly id: string;
  readonly argumentText: string;
}

/** Carries a call out and resolves with what the model is told. */
export type FunctionTool = (call: FunctionCall) => string | Promise<string>;

/** A tool whose arguments are checked first; what does not fit is told to the model. */
export function functionTool<S extends z.ZodType>(
  schema: S,
  use: (task: TaskContext, id: string, args: z.output<S>) => string | Promise<string>,
): FunctionTool {
  return ({ task, id, argumentText }) => {
    const parsed = schema.safeParse(fromJson(argumentText));
    if (parsed.success) return use(task, id, parsed.data);
    return `failed to parse function arguments: ${problemsOf(parsed.error, argumentText)}`;
  };
}

// Unreadable text is no value of any schema; why it is unreadable is found again for the message.
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemsOf(error: z.ZodError, text: string): string {
  try {
    JSON.parse(text);
  } catch (cause) {
    return errorMessage(cause);
  }
  return error.issues
    .map((issue) => [issue.path.join("."), issue.message].filter((part) => part !== "").join(": "))
    .join("; ");
}
