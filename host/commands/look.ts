import type { Client } from "../../core/plugin/call.ts";
import { InternalError, RpcError } from "../../core/errors.ts";
import type { Environment } from "../../core/plugin/plugin.ts";
import type { CommonArguments } from "../args.ts";
import { type PluginsConfiguration, readPluginsConfiguration } from "../config/plugins.ts";
import { type ConfigToml, openSettings } from "../config/settings.ts";
import { type Booted, type BootOptions, bootPlugins } from "../plugins/boot.ts";
import { builtinPlugins } from "../plugins/builtin.ts";
import type { BootSeams, LogSource } from "../tokens.ts";

/** The program as a server would start it, with nobody at the other end. */
export interface Look {
  readonly configuration: PluginsConfiguration;
  readonly settings: ConfigToml;
  readonly booted: Booted;
}

/** Starts the configured plugins to look at them; the caller closes `booted`. */
export async function look(args: CommonArguments, environment: Environment): Promise<Look> {
  const settings = await openSettings({ env: environment.env, overrides: args.overrides });
  const configuration = await readPluginsConfiguration({
    cwd: environment.cwd,
    file: args.pluginsFile,
    builtins: Object.keys(builtinPlugins),
  });
  const booted = await bootAlone({ settings, configuration }, environment);
  return { configuration, settings, booted };
}

/** Boots plugins without a client; their log goes nowhere. */
export async function bootAlone(options: BootOptions, environment: Environment): Promise<Booted> {
  return bootPlugins(options)(nobody(environment));
}

function nobody(environment: Environment): BootSeams {
  const silence = () => undefined;
  const log: LogSource = {
    for: () => ({ debug: silence, info: silence, warn: silence, error: silence }),
  };
  const client: Client = {
    peer: {
      name: "",
      version: "",
      title: undefined,
      protocolVersion: undefined,
      capabilities: {},
    },
    request: () => Promise.reject(new RpcError(InternalError, "there is no client")),
    notify: silence,
    ready: () => undefined,
  };
  return { client, log, signal: new AbortController().signal, environment };
}
