import { errorMessage, type Finding, type SettingsTree } from "../../core/index.ts";
import { choose } from "./choose.ts";
import type { World } from "./models.ts";
import { variable } from "./provider.ts";

/** What a conversation would get now: provider, model and why; never a secret. */
export async function diagnose(
  world: World,
  added: ReadonlySet<string>,
  query: { readonly settings: SettingsTree; readonly signal: AbortSignal },
): Promise<Finding[]> {
  const subject = "model";
  try {
    const { id, model, provider, why } = await choose(query, world, added);
    if (id === "offline") {
      return [{ level: "warning", subject, message: `none: ${why}`, help: howToGetOne }];
    }
    const findings: Finding[] = [
      { level: "ok", subject, message: `${model} of provider ${id} (${why})` },
    ];
    const key = provider?.envKey;
    if (provider !== undefined && key !== undefined) {
      const set = variable(world.environment.env, key) !== undefined;
      const needed = provider.signIn === "never" && !provider.keyless;
      const level = set ? "ok" : needed ? "error" : "info";
      const message = `${key} is ${set ? "set" : "not set"}`;
      findings.push({ level, subject: "model key", message });
    }
    return findings;
  } catch (error) {
    return [{ level: "error", subject, message: errorMessage(error) }];
  }
}

const howToGetOne =
  "set a key (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY), start a model server on this machine, or name a provider in config.toml";
