import type { Log } from "../../core/services/log.ts";
import { checkPlugin, findConflicts } from "./check.ts";
import type { Prebuilt, PrebuiltTool } from "./prebuilt.ts";
import type { Recorded } from "./recorded.ts";
import { completionKey, Registry } from "./registry.ts";

/** A plugin that was set up, and what it recorded. */
export interface Candidate {
  readonly name: string;
  readonly builtin: boolean;
  readonly log: Log;
  readonly recorded: Recorded;
}

/** What is wrong with one plugin; a conflict is also the fault of whoever configured both. */
export interface Problem {
  readonly plugin: string;
  readonly message: string;
  readonly isConflict: boolean;
}

/** Registrations of all plugins, checked together, before anything of them is live. */
export interface Checked {
  readonly problems: readonly Problem[];
  /** Makes the registry of those plugins that are still wanted. */
  readonly commit: (wanted: (candidate: Candidate) => boolean) => Registry;
}

/** Checks what all plugins registered, and finds every problem there is. */
export async function checkAll(
  candidates: readonly Candidate[],
  prebuilt: Prebuilt,
): Promise<Checked> {
  const problems: Problem[] = [];
  const schemas = new Map<Candidate, ReadonlyMap<string, PrebuiltTool>>();
  for (const candidate of candidates) {
    const { name, builtin } = candidate;
    const found = await checkPlugin({
      ...candidate,
      prebuilt: builtin ? prebuilt[name] : undefined,
    });
    schemas.set(candidate, found.toolSchemas);
    for (const message of found.problems)
      problems.push({ plugin: name, message, isConflict: false });
  }
  for (const { plugin, message } of findConflicts(candidates)) {
    problems.push({ plugin, message: `registers ${message}`, isConflict: true });
  }
  return {
    problems,
    commit(wanted) {
      const registry = new Registry();
      for (const candidate of candidates.filter(wanted)) {
        addTo(registry, candidate, schemas.get(candidate) ?? new Map());
      }
      return registry;
    },
  };
}

function addTo(
  registry: Registry,
  { name, log, recorded }: Candidate,
  toolSchemas: ReadonlyMap<string, PrebuiltTool>,
): void {
  const owner = { plugin: name, log };
  for (const one of recorded.methods)
    registry.methods.set(one.definition.name, { ...owner, ...one });
  for (const one of recorded.notifications) {
    registry.notifications.set(one.definition.name, { ...owner, ...one });
  }
  for (const one of recorded.tools) {
    const shown = toolSchemas.get(one.definition.name);
    if (shown === undefined) continue;
    const { inputSchema, outputSchema } = shown;
    registry.tools.set(one.definition.name, { ...owner, ...one, inputSchema, outputSchema });
  }
  for (const one of recorded.prompts)
    registry.prompts.set(one.definition.name, { ...owner, ...one });
  for (const one of recorded.resources) {
    registry.resources.set(one.definition.uri, { ...owner, ...one });
  }
  for (const one of recorded.resourceTemplates) {
    registry.resourceTemplates.set(one.definition.uriTemplate, { ...owner, ...one });
  }
  for (const prepare of recorded.preparations)
    registry.preparations.push({ plugin: name, prepare });
  for (const one of recorded.completions) {
    registry.completions.set(completionKey(one.definition), { ...owner, ...one });
  }
}
