import { z } from "zod";
import {
  defineMethod,
  defineTool,
  type JsonObject,
  type Plugin,
  type PluginContext,
  type Settings,
  token,
} from "../../core/index.ts";
import type { PluginEntry } from "../../host/config/plugins.ts";
import { type BootOptions, bootPlugins } from "../../host/plugins/boot.ts";
import { testSeams } from "./plugin-seams.ts";

export interface Greeter {
  greet(): string;
}
export const Greeter = token<Greeter>("greeter");

export const settings: Settings = {
  home: "/home",
  load: () => Promise.reject(new Error("unused")),
};

export type Context = PluginContext<unknown>;

/** What plugins of `plugin` did, in order; a test file empties it before each test. */
export const steps: string[] = [];

/** A plugin that tells of its life; what is given goes over it. */
export function plugin(name: string, more: object = {}): Plugin {
  return {
    apiVersion: 1,
    name,
    version: "1.0.0",
    setup({ onClose }) {
      steps.push(`${name} up`);
      onClose(() => void steps.push(`${name} closed`));
    },
    ...more,
  };
}

export interface Case {
  readonly plugin: unknown;
  readonly options?: JsonObject;
  readonly required?: boolean;
  readonly enabled?: boolean;
  readonly thirdParty?: boolean;
  /** The module throws instead. */
  readonly broken?: boolean;
}

/** Boots these plugins: built-in ones by name, third-party ones under a path that is there. */
export function boot(cases: Record<string, Case>, more: Partial<BootOptions> = {}) {
  const seams = testSeams();
  const entries = Object.entries(cases).map(([name, one]): PluginEntry => ({
    specifier: one.thirdParty === true ? import.meta.filename : name,
    kind: one.thirdParty === true ? "path" : "built-in",
    enabled: one.enabled ?? true,
    required: one.required ?? false,
    options: one.options,
  }));
  const builtins = Object.fromEntries(
    Object.entries(cases).map(([name, one]) => [name, async () => ({ default: one.plugin })]),
  );
  const third = Object.values(cases).find(({ thirdParty }) => thirdParty === true);
  const booting = bootPlugins({
    configuration: { file: "/conf/plugins.config.json", folder: "/conf", entries },
    settings,
    builtins,
    prebuilt: {},
    importModule: async () => {
      if (third?.broken === true) throw new Error("cannot be parsed");
      return { default: third?.plugin };
    },
    ...more,
  })(seams);
  return { booting, lines: seams.lines };
}

/** A method that takes and gives an empty object. */
export const echo = (name: string) =>
  defineMethod({ name, summary: "Echo.", params: z.object({}), result: z.object({}) });
export const tool = (name: string, input: z.ZodObject = z.object({})) =>
  defineTool({ name, title: name, description: name, input });
/** Provides `Greeter`. */
export const provider = plugin("provider", {
  provides: [Greeter],
  setup: ({ provide }: Context) => provide(Greeter, { greet: () => "hi" }),
});
