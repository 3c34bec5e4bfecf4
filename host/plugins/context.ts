import type { DependencyContainer } from "tsyringe";
import { HostError } from "../../core/errors.ts";
import type { Plugin, PluginContext } from "../../core/plugin/plugin.ts";
import type { Needs, Services, Token } from "../../core/plugin/token.ts";
import type { BootSeams } from "../tokens.ts";
import { Recorded } from "./recorded.ts";

/** What one plugin gets, and what it has recorded with it. */
export interface OpenContext {
  readonly context: PluginContext<unknown>;
  readonly recorded: Recorded;
  /** Ends set-up: whatever is registered after it is an error. */
  readonly seal: () => void;
}

/**
 * Opens the context of one plugin. Everything a plugin shares with the program goes through here:
 * its options and log are its own; client, signal and environment are the host's.
 */
export function openContext(plugin: Plugin, options: unknown, seams: BootSeams): OpenContext {
  const recorded = new Recorded();
  let sealed = false;
  const during = (what: string) => {
    if (!sealed) return;
    throw new HostError(
      "PLUGIN_INVALID",
      `plugin "${plugin.name}" called ${what} after its set-up; register while setup runs`,
      { plugin: plugin.name },
    );
  };
  /** A function that records a definition with its handler. */
  const recorder =
    <D, H>(what: string, list: { definition: D; handler: H }[]) =>
    (definition: D, handler: H): void => {
      during(what);
      // Plain JavaScript has no compiler that would say so.
      if (typeof definition !== "object" || definition === null) {
        throw new TypeError(`${what} wants a definition, not ${String(definition)}`);
      }
      list.push({ definition, handler });
    };
  const context = {
    options,
    environment: seams.environment,
    client: seams.client,
    log: seams.log.for(plugin.name),
    signal: seams.signal,
    method: recorder("method()", recorded.methods),
    notification: recorder("notification()", recorded.notifications),
    tool: recorder("tool()", recorded.tools),
    prompt: recorder("prompt()", recorded.prompts),
    resource: recorder("resource()", recorded.resources),
    resourceTemplate: recorder("resourceTemplate()", recorded.resourceTemplates),
    completion: recorder("completion()", recorded.completions),
    diagnostic(examine: Recorded["diagnostics"][number]) {
      during("diagnostic()");
      recorded.diagnostics.push(examine);
    },
    provide<T>(service: Token<T>, value: T) {
      during("provide()");
      provideOnce(plugin, recorded, { id: service.id, value });
    },
    whenIdle(prepare: Recorded["preparations"][number]) {
      during("whenIdle()");
      recorded.preparations.push(prepare);
    },
    // What is opened later must be closed too, so this one may be called at any time.
    onClose(dispose: Recorded["disposers"][number]) {
      recorded.disposers.push(dispose);
    },
  };
  return {
    // Handlers are kept without the types of their schemas: what reaches them was parsed by the
    // schema of the same definition.
    context: context as unknown as PluginContext<unknown>,
    recorded,
    seal: () => void (sealed = true),
  };
}

function provideOnce(
  plugin: Plugin,
  recorded: Recorded,
  { id, value }: { id: string; value: unknown },
): void {
  const fail = (problem: string) =>
    new HostError("PLUGIN_INVALID", `plugin "${plugin.name}" ${problem}`, { plugin: plugin.name });
  if (!(plugin.provides ?? []).some((token) => token.id === id)) {
    throw fail(`provides the service "${id}" without listing it in "provides"`);
  }
  if (recorded.services.has(id)) throw fail(`provides the service "${id}" twice`);
  if (value === undefined || value === null) throw fail(`provides ${value} as service "${id}"`);
  recorded.services.set(id, value);
}

/** The key of a service in the container; prefixed, so that plugins cannot reach host classes. */
function key(id: string): string {
  return `service:${id}`;
}

/** Puts a service into the container; plugins set up from now on can have it. */
export function addService(container: DependencyContainer, id: string, value: unknown): void {
  container.register(key(id), { useValue: value });
}

function serviceOf(container: DependencyContainer, id: string): unknown {
  return container.isRegistered(key(id), true) ? container.resolve<unknown>(key(id)) : undefined;
}

/** The services a plugin needs, under its own names for them. */
export function servicesFor(plugin: Plugin, container: DependencyContainer): Services<Needs> {
  const needs = Object.entries(plugin.needs ?? {});
  // A token's type is a promise of whoever provides under its id.
  return Object.fromEntries(
    needs.map(([name, { id }]) => [name, serviceOf(container, id)]),
  ) as Services<Needs>;
}

/** The first service this plugin cannot do without and the container lacks. */
export function missingService(plugin: Plugin, container: DependencyContainer): string | undefined {
  const needs = Object.values(plugin.needs ?? {});
  return needs.find(({ id, optional }) => !optional && !container.isRegistered(key(id), true))?.id;
}
