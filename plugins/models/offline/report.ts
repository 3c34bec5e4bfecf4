import { isJsonObject, type ResponseItem } from "../../../core/index.ts";

/** Lines of a command's output that a report shows. */
const headLines = 20;

/** Says what this provider is, what it can do, and how to get a language model instead. */
export const introduction = `No language model is connected. This is Portico's offline provider: it follows fixed commands and understands nothing else.

To get a language model, do one of these and start again:
1. Set a key: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY.
2. Start a model server on this machine, such as Ollama, LM Studio, llama.cpp or vLLM (ports 11434, 1234, 8080, 8000).
3. Name a provider in config.toml: model_provider = "…" and a table [model_providers.…].

Commands, each on a line of its own:
  $ COMMAND          runs COMMAND in bash, in the sandbox
  $! COMMAND         the same outside of the sandbox, after asking
  find TEXT          looks for TEXT in all files
  read FILE          shows a file
  plan ONE; TWO      notes a plan
  *** Begin Patch … *** End Patch    applies a patch

Token counts of this provider are estimates.`;

/** What came of the calls since the prompt: each command, its exit code, the head of its output. */
export function report(items: readonly ResponseItem[]): string {
  const outputs = new Map<string, string>();
  for (const item of items) {
    if ("output" in item) outputs.set(item.call_id, item.output);
  }
  const parts = items.flatMap((item) => {
    const title = titleOf(item);
    if (title === undefined || !("call_id" in item)) return [];
    return [`${title} ${result(outputs.get(item.call_id ?? "") ?? "no result")}`];
  });
  const done = `${parts.length} ${parts.length === 1 ? "step" : "steps"} done`;
  return [`Offline provider, no language model: ${done}.`, ...parts].join("\n\n");
}

function titleOf(item: ResponseItem): string | undefined {
  if (item.type === "custom_tool_call") return "Patch:";
  if (item.type !== "function_call") return undefined;
  if (item.name === "apply_patch") return "Patch:";
  if (item.name === "update_plan") return "Plan:";
  const command = argumentsOf(item.arguments)["command"];
  if (!Array.isArray(command)) return `${item.name}:`;
  const words = command.map(String);
  if (words[0] === "apply_patch") return "Patch:";
  const script = words[0] === "bash" && words[1] === "-lc" ? words[2] : undefined;
  return `$ ${script ?? words.join(" ")}`;
}

function result(output: string): string {
  const value = argumentsOf(output);
  const metadata = value["metadata"];
  const code = isJsonObject(metadata) ? metadata["exit_code"] : undefined;
  if (typeof value["output"] !== "string" || typeof code !== "number") return `→ ${head(output)}`;
  const shown = head(value["output"]);
  return shown === "" ? `→ exit code ${code}` : `→ exit code ${code}\n${shown}`;
}

function head(text: string): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= headLines) return lines.join("\n");
  const more = lines.length - headLines;
  return [...lines.slice(0, headLines), `… ${more} more ${more === 1 ? "line" : "lines"}`].join(
    "\n",
  );
}

function argumentsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
