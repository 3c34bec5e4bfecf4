import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ConversationError, errorMessage } from "../../../core/index.ts";
import type { ModelTool, ModelTraits, ResponseItem } from "../../../core/index.ts";
import { patchShellManual } from "../patch/manual.ts";
import { baseInstructions } from "./instructions.ts";

/**
 * What tells the model who it is: an override as it stands, else our own text, and the patch manual
 * for models that need it and are not offered a tool that explains itself.
 */
export function instructionsFor(
  override: string | undefined,
  traits: ModelTraits,
  tools: readonly ModelTool[],
): string {
  if (override !== undefined) return override;
  if (!traits.patchManual || tools.some(isPatchTool)) return baseInstructions;
  return `${baseInstructions}\n${patchShellManual}`;
}

/** The text of `experimental_instructions_file`; a missing or empty one is an error. */
export async function instructionsFromFile(file: string, cwd: string): Promise<string> {
  const path = resolve(cwd, file);
  const name = `experimental_instructions_file ${JSON.stringify(path)}`;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const message = `${name} cannot be read: ${errorMessage(error)}`;
    throw new ConversationError("settings", message, { cause: error });
  }
  if (text.trim() === "") throw new ConversationError("settings", `${name} is empty`);
  return text.trim();
}

/** The messages every conversation opens with, before the person's first. */
export function openingMessages(parts: {
  readonly developerInstructions: string | undefined;
  readonly userInstructions: string | undefined;
  readonly environment: string;
}): ResponseItem[] {
  const { developerInstructions, userInstructions, environment } = parts;
  return [
    ...(developerInstructions === undefined ? [] : [message("developer", developerInstructions)]),
    ...(userInstructions === undefined
      ? []
      : [message("user", `<user_instructions>\n\n${userInstructions}\n\n</user_instructions>`)]),
    message("user", environment),
  ];
}

function message(role: string, text: string): ResponseItem {
  return { type: "message", role, content: [{ type: "input_text", text }] };
}

function isPatchTool(tool: ModelTool): boolean {
  return (tool.type === "function" || tool.type === "custom") && tool.name === "apply_patch";
}
