// tsyringe refuses to load before the reflection polyfill, so both come through this file.
import "reflect-metadata/lite";
import type { Readable, Writable } from "node:stream";
import type { InjectionToken } from "tsyringe";
import type { Client } from "../core/plugin/call.ts";
import type { Environment } from "../core/plugin/plugin.ts";
import type { Log } from "../core/services/log.ts";
import type { Registry } from "./plugins/registry.ts";

export { container, inject, injectable } from "tsyringe";

/** The logs of a host: one for each plugin, and the host's own under the name `host`. */
export interface LogSource {
  for(plugin: string): Log;
}

/** What setting the plugins up gives the host. */
export interface BootedPlugins {
  readonly registry: Registry;
  /** Closes in reverse order; gives up after `limitMs` milliseconds, naming who did not finish. */
  close(limitMs?: number): Promise<void>;
}

/** What plugins see of the host while they are set up. */
export interface BootSeams {
  readonly client: Client;
  readonly log: LogSource;
  /** Aborted when the host closes. */
  readonly signal: AbortSignal;
  readonly environment: Environment;
}

/** Loads the plugins and sets them up. A `HostError` it rejects with stops the start. */
export type Boot = (seams: BootSeams) => Promise<BootedPlugins>;

/** Behaviour of a host that an embedder or the command line may change. */
export interface HostOptions {
  /** Cancelled requests are answered after all; by default they stay unanswered, as MCP asks. */
  readonly answerCancelled?: boolean;
  /** Entries on one page of a list; 100 by default. */
  readonly pageSize?: number;
  /** Bytes of one line of input; 64 MiB by default. */
  readonly lineLimit?: number;
  /** Milliseconds that requests read before the end of input get to finish; 1000 by default. */
  readonly graceMs?: number;
  /** Speaks the dialect of app servers: no MCP and no `jsonrpc` member. */
  readonly appServer?: boolean;
}

/** Everything a host is given. */
export interface HostValues extends Environment {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Where the log goes; by default the process's own stderr. */
  readonly stderr?: Writable;
  readonly boot: Boot;
  readonly options?: HostOptions;
  /** SIGTERM, SIGINT and SIGHUP end the host. */
  readonly signals?: boolean;
  /** Keeps writes to file descriptor 1 from stdout too; for hosts with third-party plugins. */
  readonly guardDescriptor?: boolean;
  /** Called when what the first calls need is loaded. */
  readonly onWarm?: () => void;
}

export const Values: InjectionToken<HostValues> = Symbol("values");
export const Logs: InjectionToken<LogSource> = Symbol("logs");
/** What all plugins registered; there only after they were set up. */
export const Registered: InjectionToken<Registry> = Symbol("registered");
/** Makes the MCP areas answer from this registry. */
export const Opening: InjectionToken<(registry: Registry) => void> = Symbol("opening");
