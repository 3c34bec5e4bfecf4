import { HostError } from "../../core/errors.ts";
import type { Plugin } from "../../core/plugin/plugin.ts";

type Service = Pick<Plugin, "name" | "needs" | "provides">;

export interface OrderContext {
  /** Services that are there whatever plugins do. */
  readonly hostServices: readonly string[];
  /** Plugins that are switched off, for messages. */
  readonly disabled?: readonly Service[];
  /** Missing services are no error: who needs one is found blocked when its turn comes. */
  readonly mayMiss?: boolean;
}

/**
 * The plugins in the order they start: who provides comes before who needs, ties keep the given
 * order. Throws a `HostError` for services provided twice, missing, or needed in a circle.
 */
export function orderPlugins<T extends Service>(plugins: readonly T[], context: OrderContext): T[] {
  const providers = providersOf(plugins, context);
  if (context.mayMiss !== true) refuseMissing(plugins, providers, context);
  const rest = new Set(plugins);
  const ordered: T[] = [];
  while (rest.size > 0) {
    const next = [...rest].find((plugin) =>
      neededIds(plugin).every((id) => {
        const provider = providers.get(id);
        return provider === undefined || !rest.has(provider);
      }),
    );
    if (next === undefined) throw cycle([...rest], providers);
    rest.delete(next);
    ordered.push(next);
  }
  return ordered;
}

function providersOf<T extends Service>(
  plugins: readonly T[],
  { hostServices }: OrderContext,
): Map<string, T> {
  const providers = new Map<string, T>();
  const doubles: string[] = [];
  for (const plugin of plugins) {
    for (const { id } of plugin.provides ?? []) {
      const other = providers.get(id);
      if (hostServices.includes(id)) doubles.push(`"${id}" by the host and ${plugin.name}`);
      else if (other !== undefined) doubles.push(`"${id}" by ${other.name} and ${plugin.name}`);
      else providers.set(id, plugin);
    }
  }
  if (doubles.length === 0) return providers;
  throw new HostError("SERVICE_DUPLICATE", `services are provided twice: ${doubles.join("; ")}`);
}

function refuseMissing<T extends Service>(
  plugins: readonly T[],
  providers: ReadonlyMap<string, T>,
  { hostServices, disabled = [] }: OrderContext,
): void {
  const gaps: string[] = [];
  for (const plugin of plugins) {
    for (const { id, optional } of Object.values(plugin.needs ?? {})) {
      if (optional || providers.has(id) || hostServices.includes(id)) continue;
      const off = disabled.find((one) => (one.provides ?? []).some((token) => token.id === id));
      const why =
        off === undefined ? "no plugin provides it" : `${off.name} provides it but is switched off`;
      gaps.push(`${plugin.name} needs the service "${id}": ${why}`);
    }
  }
  if (gaps.length > 0) throw new HostError("SERVICE_MISSING", gaps.join("; "));
}

/** Walks from need to provider until a plugin comes round again; all of these have such a need. */
function cycle<T extends Service>(
  stuck: readonly T[],
  providers: ReadonlyMap<string, T>,
): HostError {
  const path: T[] = [];
  let here = stuck[0];
  while (here !== undefined && !path.includes(here)) {
    path.push(here);
    here = neededIds(here)
      .map((id) => providers.get(id))
      .find((provider) => provider !== undefined && stuck.includes(provider));
  }
  const round = here === undefined ? path : [...path.slice(path.indexOf(here)), here];
  const names = round.map((plugin) => plugin.name).join(" -> ");
  return new HostError("SERVICE_CYCLE", `plugins need each other in a circle: ${names}`);
}

function neededIds(plugin: Service): string[] {
  return Object.values(plugin.needs ?? {}).map(({ id }) => id);
}
