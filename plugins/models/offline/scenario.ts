import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import {
  ConversationError,
  errorMessage,
  type Environment,
  type SettingsTree,
} from "../../../core/index.ts";
import { variable } from "../provider.ts";
import { shell, type Step } from "./steps.ts";

const status = z.enum(["pending", "in_progress", "completed"]).default("pending");
const ScenarioStep = z.union([
  z.strictObject({ say: z.string() }),
  z.strictObject({
    run: z.union([z.string().transform(shell), z.array(z.string()).min(1)]),
    escalated: z.boolean().optional(),
    justification: z.string().optional(),
  }),
  z.strictObject({ patch: z.string() }),
  z.strictObject({
    plan: z.array(
      z.union([
        z.string().transform((step) => ({ step, status: "pending" as const })),
        z.strictObject({ step: z.string(), status }),
      ]),
    ),
  }),
]);

const ScenarioFile = z.strictObject({
  $schema: z.string().optional(),
  scenarios: z.array(z.strictObject({ when: z.string(), steps: z.array(ScenarioStep) })),
});

/** What to do when a prompt fits. */
export interface Scenario {
  readonly when: RegExp;
  readonly steps: readonly Step[];
}

/**
 * Reads the scenario file that `PORTICO_OFFLINE_SCENARIO` or the setting `offline_scenario` names,
 * relative to the server's folder. Rejects with `ConversationError` when it cannot be used.
 */
export async function loadScenarios(
  { env, cwd }: Environment,
  { values }: SettingsTree,
): Promise<readonly Scenario[]> {
  const setting = values["offline_scenario"] ?? undefined;
  if (setting !== undefined && typeof setting !== "string") {
    throw new ConversationError("settings", "offline_scenario: expected the path of a JSON file");
  }
  const named = variable(env, "PORTICO_OFFLINE_SCENARIO") ?? setting;
  if (named === undefined) return [];
  const path = resolve(cwd, named);
  try {
    const file = ScenarioFile.parse(JSON.parse(await readFile(path, "utf8")));
    return file.scenarios.map(({ when, steps }) => ({ when: new RegExp(when, "is"), steps }));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : errorMessage(error);
    const message = `offline_scenario: cannot use ${path}: ${why}`;
    throw new ConversationError("settings", message, { cause: error });
  }
}
