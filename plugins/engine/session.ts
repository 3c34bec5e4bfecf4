import { join } from "node:path";
import type { Model } from "../../core/index.ts";
import type { Plan } from "./plan.ts";
import type { Recorder } from "./rollout/recorder.ts";
import { openSandbox } from "./sandbox/index.ts";
import type { EngineSettings } from "./settings.ts";
import type { StandingTexts } from "./standing-texts.ts";
import { Approvals } from "./tools/approvals.ts";
import { offeredTools } from "./tools/offered.ts";
import type { Toolkit } from "./tools/toolkit.ts";
import { History } from "./turn/history.ts";
import { instructionsFor } from "./turn/prompt.ts";
import type { Session, Stance } from "./turn/task.ts";
import { Usage } from "./turn/usage.ts";

/** The session with an empty history. */
export function sessionOf(
  plan: Plan,
  { texts, toolkit }: { readonly texts: StandingTexts; readonly toolkit: Toolkit },
  recorder: Recorder,
): Session {
  const { surroundings, id, request, tree, overrides, cwd, settings, model } = plan;
  const { env } = surroundings.environment;
  const { baseInstructions } = texts;
  return {
    id,
    origin: { request, tree, overrides, baseInstructions },
    ...stanceOf({ cwd, settings, model }, { baseInstructions, toolkit }),
    toolkit,
    history: new History(recorder),
    usage: new Usage(),
    approvals: new Approvals(),
    sandbox: openSandbox({
      env,
      helperPath: settings.sandboxHelper,
      marks: join(surroundings.settings.home, "tmp", "mount-points"),
    }),
    told: new Set(),
    recorder,
    env,
    log: surroundings.log,
  };
}

/** How the agent goes about its work, with what follows from its model. */
export function stanceOf(
  { cwd, settings, model }: { cwd: string; settings: EngineSettings; model: Model },
  { baseInstructions, toolkit }: { baseInstructions: string | undefined; toolkit: Toolkit },
): Stance {
  const tools = offeredTools(settings.tools, model.traits);
  return {
    cwd,
    settings,
    model,
    contextWindow: settings.contextWindow ?? model.traits.contextWindow,
    instructions: instructionsFor(baseInstructions, model.traits, tools),
    tools: [...tools, ...toolkit.offered],
  };
}
