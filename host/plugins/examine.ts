import { errorMessage } from "../../core/errors.ts";
import type { Finding } from "../../core/plugin/plugin.ts";
import { runAs } from "../rpc/stdout-guard.ts";
import { withLimit } from "./limit.ts";
import type { Diagnostic } from "./recorded.ts";

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
