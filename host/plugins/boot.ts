import type { DependencyContainer } from "tsyringe";
import { errorMessage, HostError, isHostError } from "../../core/errors.ts";
import type { Finding } from "../../core/plugin/plugin.ts";
import { Settings } from "../../core/services/settings.ts";
import type { PluginsConfiguration } from "../config/plugins.ts";
import { container, type BootedPlugins, type BootSeams } from "../tokens.ts";
import { builtinPlugins, type PluginModule } from "./builtin.ts";
import { closeAll } from "./close.ts";
import { type Candidate, checkAll, type Problem } from "./commit.ts";
import { addService, missingService } from "./context.ts";
import { examinePlugin, settingsReadBy, type SettingsRead } from "./examine.ts";
import type { LoadedPlugin } from "./load.ts";
import type { ImportModule } from "./own-copies.ts";
import { type Prebuilt, readPrebuilt } from "./prebuilt.ts";
import { type PreparedPlugin, preparePlugins } from "./prepare.ts";
import type { Recorded } from "./recorded.ts";
import type { Registry } from "./registry.ts";
import { setUp } from "./set-up.ts";
import { type PluginStatus, statusOf } from "./status.ts";

export interface BootOptions {
  readonly configuration: PluginsConfiguration;
  readonly settings: Settings;
  readonly builtins?: Readonly<Record<string, PluginModule>>;
  readonly prebuilt?: Prebuilt;
  /** Where services live; by default one of its own. */
  readonly services?: DependencyContainer;
  readonly importModule?: ImportModule;
  /** Milliseconds: 10,000 for loading one plugin and for its set-up, 2,000 for closing all. */
  readonly limits?: { readonly setUpMs?: number; readonly closeMs?: number };
}

/** Plugins that run, and what became of the others. */
export interface Booted extends BootedPlugins {
  /** In the order of the configuration. */
  readonly plugins: readonly PluginStatus[];
  /** What the running plugins say about themselves, for `portico doctor`. */
  examine(): Promise<Finding[]>;
  /** What they read of the settings. */
  settingsRead(): Promise<SettingsRead[]>;
}

/**
 * Makes the function that starts the plugins: load, order, set up, check together, go live. It
 * rejects with a `HostError` when the configuration is wrong or a plugin fails that must not; another
 * one that fails is named in the log and left out, with those that need it.
 */
export function bootPlugins(options: BootOptions): (seams: BootSeams) => Promise<Booted> {
  return (seams) => new PluginBoot(options, seams).run();
}

interface Running {
  readonly loaded: LoadedPlugin;
  readonly candidate: Candidate;
}

/** One start of a set of plugins. */
class PluginBoot {
  readonly #options: BootOptions;
  readonly #seams: BootSeams;
  readonly #prebuilt: Prebuilt;
  readonly #services: DependencyContainer;
  readonly #limits: { setUpMs: number; closeMs: number };
  /** By specifier. */
  readonly #statuses = new Map<string, PluginStatus>();
  /** What was set up and not closed yet, in order. */
  readonly #started: { plugin: string; recorded: Recorded }[] = [];

  constructor(options: BootOptions, seams: BootSeams) {
    this.#options = options;
    this.#seams = seams;
    this.#prebuilt = options.prebuilt ?? readPrebuilt();
    this.#services = options.services ?? container.createChildContainer();
    this.#limits = { setUpMs: 10_000, closeMs: 2_000, ...options.limits };
    addService(this.#services, Settings.id, options.settings);
  }

  async run(): Promise<Booted> {
    const { configuration, builtins = builtinPlugins, importModule } = this.#options;
    const { plugins, absent } = await preparePlugins(
      {
        configuration,
        builtins,
        limitMs: this.#limits.setUpMs,
        ...(importModule !== undefined && { importModule }),
      },
      this.#prebuilt,
    );
    for (const status of absent) this.#note(status);
    try {
      const running: Running[] = [];
      for (const each of plugins) {
        const candidate = await this.#start(each);
        if (candidate !== undefined) running.push({ loaded: each.loaded, candidate });
      }
      return this.#booted(running, await this.#goLive(running));
    } catch (error) {
      await this.#close(this.#limits.closeMs);
      throw error;
    }
  }

  /** Sets one plugin up; undefined when it cannot run and need not. */
  async #start({ loaded, options }: PreparedPlugin): Promise<Candidate | undefined> {
    const { plugin, builtin, entry } = loaded;
    const { name } = plugin;
    const gap = missingService(plugin, this.#services);
    if (gap !== undefined) {
      this.#leaveOut(loaded, "blocked", `the service "${gap}" is missing`);
      return undefined;
    }
    const before = this.#started.length;
    try {
      const recorded = await setUp({
        loaded,
        options,
        services: this.#services,
        seams: this.#seams,
        limitMs: this.#limits.setUpMs,
        recording: (recording) => this.#started.push({ plugin: name, recorded: recording }),
      });
      return { name, builtin, log: this.#seams.log.for(name), recorded };
    } catch (error) {
      if (builtin || entry.required || this.#seams.signal.aborted) {
        throw startFailure(loaded, error);
      }
      this.#leaveOut(loaded, "failed", errorMessage(error));
      await this.#close(this.#limits.closeMs, before);
      return undefined;
    }
  }

  /** Checks all registrations together; what a third party did wrong costs that one only. */
  async #goLive(running: readonly Running[]): Promise<Registry> {
    const candidates = this.#inTableOrder(running.map(({ candidate }) => candidate));
    const { problems, commit } = await checkAll(candidates, this.#prebuilt);
    refuseFatal(problems, running);
    const left = new Set<Running>(running);
    for (const one of running) {
      const own = problems.filter(({ plugin }) => plugin === one.candidate.name);
      if (own.length === 0) continue;
      left.delete(one);
      this.#leaveOut(one.loaded, "failed", own.map(({ message }) => message).join("; "));
    }
    this.#blockDependents(left, running);
    for (const { loaded } of left) {
      this.#statuses.set(loaded.entry.specifier, statusOf(loaded, "running"));
    }
    const live = new Set([...left].map(({ candidate }) => candidate));
    return commit((candidate) => live.has(candidate));
  }

  /**
   * Lists show the built-in plugins first, in the order of their table: clients must not see tools
   * in another order because somebody has set an option.
   */
  #inTableOrder(candidates: readonly Candidate[]): Candidate[] {
    const names = Object.keys(this.#options.builtins ?? builtinPlugins);
    const place = ({ builtin, name }: Candidate) => (builtin ? names.indexOf(name) : names.length);
    return candidates.toSorted((one, other) => place(one) - place(other));
  }

  /** Takes out, in starting order, who needs a service of one that was taken out. */
  #blockDependents(left: Set<Running>, running: readonly Running[]): void {
    for (const one of running) {
      if (!left.has(one)) continue;
      const gone = Object.values(one.loaded.plugin.needs ?? {}).find(({ id, optional }) => {
        const provider = running.find(({ candidate }) => candidate.recorded.services.has(id));
        return !optional && provider !== undefined && !left.has(provider);
      });
      if (gone === undefined) continue;
      left.delete(one);
      this.#leaveOut(one.loaded, "blocked", `the service "${gone.id}" is missing`);
    }
  }

  #leaveOut(loaded: LoadedPlugin, state: "failed" | "blocked", reason: string): void {
    if (loaded.entry.required) throw startFailure(loaded, new Error(reason));
    this.#note(statusOf(loaded, state, reason));
  }

  #note(status: PluginStatus): void {
    this.#statuses.set(status.specifier, status);
    const { name, state, reason } = status;
    if (state !== "failed" && state !== "blocked") return;
    const message = `plugin ${JSON.stringify(name)} ${state}, going on without it: ${reason}`;
    this.#seams.log.for("host").warn(message);
  }

  #booted(running: readonly Running[], registry: Registry): Booted {
    const { entries } = this.#options.configuration;
    return {
      registry,
      plugins: entries.flatMap(({ specifier }) => this.#statuses.get(specifier) ?? []),
      close: (limitMs) => this.#close(limitMs ?? this.#limits.closeMs),
      examine: async () => {
        const found = running.map(({ candidate: { name, recorded } }) =>
          examinePlugin(name, recorded.diagnostics),
        );
        return (await Promise.all(found)).flat();
      },
      settingsRead: () => Promise.all(running.map(({ loaded }) => settingsReadBy(loaded.plugin))),
    };
  }

  /** Closes what was started, from this one on; each once. */
  async #close(limitMs: number, from = 0): Promise<void> {
    const closing = this.#started.splice(from);
    await closeAll(
      closing.map(({ plugin, recorded }) => ({ plugin, disposers: recorded.disposers })),
      this.#seams.log,
      { limitMs },
    );
  }
}

/** Conflicts, and whatever is wrong with a plugin that must run, stop the start; all is said. */
function refuseFatal(problems: readonly Problem[], running: readonly Running[]): void {
  const mustRun = new Set(
    running
      .filter(({ loaded }) => loaded.builtin || loaded.entry.required)
      .map(({ candidate }) => candidate.name),
  );
  if (!problems.some(({ plugin, isConflict }) => isConflict || mustRun.has(plugin))) return;
  const said = problems.map(({ plugin, message }) => `plugin "${plugin}" ${message}`);
  throw new HostError("PLUGIN_CONFLICT", said.join("; "));
}

function startFailure({ plugin }: LoadedPlugin, error: unknown): HostError {
  const code = isHostError(error) ? error.code : "PLUGIN_FAILED";
  const message = `plugin "${plugin.name}" did not start: ${errorMessage(error)}`;
  return new HostError(code, message, { cause: error, plugin: plugin.name });
}
