import manifest from "../package.json" with { type: "json" };
import { HostError, isHostError } from "../core/errors.ts";
import type { Environment } from "../core/plugin/plugin.ts";
import { type Arguments, type CommonArguments, parseArguments } from "./args.ts";
import { ignoredText, readPluginsConfiguration } from "./config/plugins.ts";
import { openSettings } from "./config/settings.ts";
import { serveHost } from "./host.ts";
import { bootPlugins } from "./plugins/boot.ts";
import { builtinPlugins, extraCommands } from "./plugins/builtin.ts";
import { processStdout } from "./rpc/stdout-guard.ts";

const { version } = manifest;

/** Keeps the compiled code of loaded files for later processes; `all`: also what has run since. */
export type KeepCode = (all: boolean) => void;

/** Runs the program and ends the process: code 0 done, 1 the command failed, 2 it could not start. */
export function run(argv: readonly string[], keepCode: KeepCode): void {
  main(argv, keepCode).then(
    (code) => {
      keepCode(true);
      // Input may still be open, which would keep the process.
      process.exit(code);
    },
    (error: unknown) => {
      const isExpected = isHostError(error);
      const bug = error instanceof Error ? error.stack : String(error);
      const line = isExpected ? `${error.code}: ${oneLine(error.message)}` : bug;
      process.stderr.write(`portico: ${line}\n`);
      process.exit(isExpected ? 2 : 1);
    },
  );
}

async function main(argv: readonly string[], keepCode: KeepCode): Promise<number> {
  const args = await parseArguments(argv, version);
  const environment = { env: process.env, cwd: workingFolder(), version };
  if (args.command === "serve") return serve(args, environment, () => keepCode(false));
  if (args.command === "extra") {
    const command = await extraCommands[args.name]?.load();
    return command === undefined ? 2 : command.run(args.argv, environment);
  }
  return report(args, environment);
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new HostError("FOLDER_MISSING", "the working folder is gone", { cause });
  }
}

/** Whatever can be wrong with the configuration is found before the first message is read. */
async function serve(
  args: CommonArguments & { readonly appServer?: boolean },
  environment: Environment,
  onWarm: () => void,
): Promise<number> {
  const { env, cwd } = environment;
  const [settings, configuration] = await Promise.all([
    openSettings({ env, overrides: args.overrides }),
    readPluginsConfiguration({
      cwd,
      file: args.pluginsFile,
      builtins: Object.keys(builtinPlugins),
    }),
  ]);
  for (const file of configuration.ignored ?? []) {
    process.stderr.write(`portico: ${ignoredText(file)}\n`);
  }
  if (process.stdin.isTTY) process.stderr.write(`${hintForPeople(args.appServer === true)}\n`);
  // The host's own listeners leave with it: a further signal in the last moments must find these.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => undefined);
  return serveHost({
    ...environment,
    stdin: process.stdin,
    stdout: processStdout(),
    boot: bootPlugins({ settings, configuration }),
    options: { ...configuration.host, ...(args.appServer === true && { appServer: true }) },
    guardDescriptor: configuration.entries.some((entry) => entry.kind !== "built-in"),
    signals: true,
    onWarm,
  });
}

function hintForPeople(isAppServer: boolean): string {
  const client = isAppServer ? "a front end" : "an MCP client";
  return `portico: this waits for ${client} on stdin; Ctrl-D ends it. To work here: portico try "PROMPT"`;
}

type Reporting = Exclude<Arguments, { command: "serve" | "extra" }>;

/** Commands that print and end. */
async function report(args: Reporting, environment: Environment): Promise<number> {
  const { printer } = await import("./commands/print.ts");
  const print = printer();
  switch (args.command) {
    case "print":
      if (args.asked) await print(args.text);
      else process.stderr.write(args.text);
      return args.asked ? 0 : 2;
    case "plugins":
      return (await import("./commands/plugins.ts")).listPlugins({ args, environment, print });
    case "doctor":
      return (await import("./commands/doctor.ts")).examine({ args, environment, print });
    case "reference":
      return (await import("./commands/build.ts")).printReference(environment, print);
    case "prebuild":
      return (await import("./commands/build.ts")).printPrebuilt(environment, print);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}
