import type { ResponseItem } from "../../core/index.ts";
import { loginShell } from "./exec/login-shell.ts";
import type { Plan } from "./plan.ts";
import { environmentBlock } from "./turn/environment-block.ts";
import { userInstructions } from "./turn/project-docs.ts";
import { instructionsFromFile, openingMessages } from "./turn/prompt.ts";

/** What stays the same in every request; read once, so that providers can cache it. */
export interface StandingTexts {
  /** In place of our own instructions, whatever the model. */
  readonly baseInstructions: string | undefined;
  readonly userInstructions: string | undefined;
}

/** Reads them. Rejects with `ConversationError`. */
export async function readStandingTexts(plan: Plan): Promise<StandingTexts> {
  const { surroundings, request, cwd, settings } = plan;
  const { instructionsFile } = settings;
  const fromFile =
    request.baseInstructions === undefined && instructionsFile !== undefined
      ? await instructionsFromFile(instructionsFile, cwd)
      : undefined;
  return {
    baseInstructions: request.baseInstructions ?? fromFile,
    userInstructions: await userInstructions({
      home: surroundings.settings.home,
      cwd,
      limit: settings.projectDocLimit,
      fallbackNames: settings.projectDocNames,
    }),
  };
}

/** What the model is shown before anything is said. */
export function openingOf({ cwd, request, settings }: Plan, texts: StandingTexts): ResponseItem[] {
  return openingMessages({
    developerInstructions: request.developerInstructions,
    userInstructions: texts.userInstructions,
    environment: environmentBlock({ cwd, ...settings, shell: loginShell()?.name }),
  });
}
