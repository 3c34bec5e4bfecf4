import { errorMessage } from "../../core/errors.ts";
import type { Finding, Plugin } from "../../core/plugin/plugin.ts";
import type { JsonSchema } from "../../core/wire/mcp.ts";
import { runAs } from "../rpc/stdout-guard.ts";
import { withLimit } from "./limit.ts";
import type { Diagnostic } from "./recorded.ts";
import { toJsonSchema } from "./schemas.ts";

/** What one plugin says about itself; never rejects, and takes no longer than the limit. */
export async function examinePlugin(
  plugin: string,
  diagnostics: readonly Diagnostic[],
  { limitMs = 5_000 }: { limitMs?: number } = {},
): Promise<Finding[]> {
  const found = await Promise.all(
    diagnostics.map((diagnostic) => examined(plugin, diagnostic, limitMs)),
  );
  return found.flat();
}

async function examined(
  plugin: string,
  diagnostic: Diagnostic,
  limitMs: number,
): Promise<Finding[]> {
  const signal = AbortSignal.timeout(limitMs);
  const late = () => new Error(`no answer within ${limitMs} ms`);
  try {
    const work = runAs(plugin, async () => diagnostic(signal));
    return await withLimit(work, { limitMs, late });
  } catch (error) {
    const message = `could not be examined: ${errorMessage(error)}`;
    return [{ level: "error", subject: plugin, message }];
  }
}

/** What one plugin reads of the settings: a JSON Schema, or why it cannot be shown. */
export type SettingsRead =
  | { readonly schema: JsonSchema }
  | { readonly plugin: string; readonly problem: string };

/** Never rejects; a plugin that declares nothing reads nothing. */
export async function settingsReadBy({ name, settings }: Plugin): Promise<SettingsRead> {
  if (settings === undefined) return { schema: {} };
  try {
    return { schema: await toJsonSchema(settings) };
  } catch (error) {
    const problem = `its "settings" cannot be shown as JSON Schema: ${errorMessage(error)}`;
    return { plugin: name, problem };
  }
}
