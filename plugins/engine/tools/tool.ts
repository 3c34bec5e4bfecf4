import type { z } from "zod";
import { errorMessage, readShape } from "../../../core/index.ts";
import shapes from "../shapes.json" with { type: "json" };
import type { TaskContext } from "../turn/task.ts";
import type { Arguments } from "./arguments.ts";

/** One call of a function tool, its arguments still the text the model wrote. */
export interface FunctionCall {
  readonly task: TaskContext;
  readonly id: string;
  readonly argumentText: string;
}

/** What the model is told of a call; pictures, as data URLs, follow it in a message of their own. */
export interface ToolOutput {
  readonly output: string;
  readonly images?: readonly string[];
}

/** Carries a call out. */
export type FunctionTool = (call: FunctionCall) => Told | Promise<Told>;

type Told = string | ToolOutput;

type ArgumentSchemas = { readonly [K in keyof Arguments]: z.ZodType<Arguments[K]> };

/** A tool whose arguments are checked first; what does not fit is told to the model. */
export function functionTool<K extends keyof Arguments>(
  name: K,
  use: (task: TaskContext, id: string, args: Arguments[K]) => Told | Promise<Told>,
): FunctionTool {
  return async ({ task, id, argumentText }) => {
    const given = fromJson(argumentText);
    const args = readShape<Arguments[K]>(shapes.arguments[name], given);
    if (args !== undefined) return use(task, id, args);
    // Zod is loaded for what does not fit: it says best why.
    const schemas: ArgumentSchemas = (await import("./arguments.ts")).Arguments;
    const parsed = schemas[name].safeParse(given);
    if (parsed.success) return use(task, id, parsed.data);
    return badArguments(syntaxProblem(argumentText) ?? problemsOf(parsed.error));
  };
}

/** How the model is told that it wrote its arguments wrongly. */
export function badArguments(problem: string): string {
  return `failed to parse function arguments: ${problem}`;
}

/** Each mistake by the name of its argument. */
export function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => [issue.path.join("."), issue.message].filter((part) => part !== "").join(": "))
    .join("; ");
}

// Unreadable text is no value of any schema; why it is unreadable is found again for the message.
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function syntaxProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (cause) {
    return errorMessage(cause);
  }
}
