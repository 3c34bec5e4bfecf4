import { Argument, Command, CommanderError } from "commander";
import { HostError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import type { Arguments } from "../args.ts";
import { extraCommands } from "../plugins/builtin.ts";

/** Where the parser's callbacks leave what they saw. */
interface Seen {
  readonly overrides: string[];
  pluginsFile: string | undefined;
  arguments: Arguments | undefined;
  /** What the parser would have printed. */
  text: string;
}

const exitCodes =
  "Exit codes: 0 done; 1 the command failed; 2 it could not start (arguments, configuration, Node).";

/** Reads any command line. Throws a `HostError` of one line that names what is wrong. */
export function parseCommandLine(argv: readonly string[], version: string): Arguments {
  const seen: Seen = { overrides: [], pluginsFile: undefined, arguments: undefined, text: "" };
  const program = configured(new Command("portico"), seen)
    .description("A coding agent behind the Model Context Protocol.")
    .version(version, "-V, --version")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => (seen.text += text),
      writeErr: (text) => (seen.text += text),
    })
    .addHelpText("after", `\n${exitCodes}`);
  addServers(program, seen);
  addExtras(program, seen);
  addReports(program, seen);
  addHelp(program, seen);
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: "print", text: seen.text, asked: true };
    if (error.code === "commander.help") return { command: "print", text: seen.text, asked: false };
    const message = error.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
    throw new HostError("ARGUMENT_INVALID", message, { cause: error });
  }
  return seen.arguments ?? { command: "print", text: program.helpInformation(), asked: false };
}

/** Adds the options that stand before or after a command's name. */
function configured(command: Command, seen: Seen): Command {
  return command
    .option("-c, --config <key=value>", "override a key of config.toml; repeatable", (text) => {
      seen.overrides.push(text);
    })
    .option("--plugins <file>", "plugin configuration to read", (file) => {
      seen.pluginsFile = file;
    });
}

function addServers(program: Command, seen: Seen): void {
  const serve = () => {
    const { overrides, pluginsFile } = seen;
    seen.arguments = { command: "serve", overrides, pluginsFile };
  };
  const serveApp = () => {
    const { overrides, pluginsFile } = seen;
    seen.arguments = { command: "serve", overrides, pluginsFile, appServer: true };
  };
  configured(program.command("mcp"), seen)
    .description("serve one MCP client on stdin and stdout")
    .addArgument(new Argument("[serve]", "may be given").choices(["serve"]))
    .action(serve);
  configured(program.command("mcp-server"), seen).description("the same").action(serve);
  configured(program.command("app-server"), seen)
    .description("serve a front end that speaks the conversation API without MCP")
    .action(serveApp);
}

/** Commands of features read their words themselves, ours that came before among them. */
function addExtras(program: Command, seen: Seen): void {
  for (const [name, { summary }] of Object.entries(extraCommands)) {
    program
      .command(name)
      .description(summary)
      .argument("[words...]")
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action((words: string[]) => {
        const overrides = seen.overrides.flatMap((text) => ["-c", text]);
        const plugins = seen.pluginsFile === undefined ? [] : ["--plugins", seen.pluginsFile];
        seen.arguments = { command: "extra", name, argv: [...overrides, ...plugins, ...words] };
      });
  }
}

/** The parser's own shows the general help for a name it does not know. */
function addHelp(program: Command, seen: Seen): void {
  program
    .helpCommand(false)
    .command("help")
    .description("tell what a command does")
    .argument("[command]")
    .argument("[words...]")
    .action((name: string | undefined) => {
      if (name === undefined) return program.help();
      if (Object.hasOwn(extraCommands, name)) {
        seen.arguments = { command: "extra", name, argv: ["--help"] };
        return;
      }
      const found = program.commands.find((command) => command.name() === name);
      if (found === undefined) throw unknownCommand(name, program);
      found.help();
    });
}

function unknownCommand(name: string, { commands }: Command): HostError {
  const meant = nearest(
    name,
    commands.map((command) => command.name()),
  );
  const hint = meant === undefined ? "" : ` (Did you mean ${meant}?)`;
  return new HostError("ARGUMENT_INVALID", `unknown command '${name}'${hint}`);
}

function addReports(program: Command, seen: Seen): void {
  const reports = {
    plugins: "list plugins, their state and what they own",
    doctor: "say what was found, where it came from and what is missing",
  } as const;
  for (const name of ["plugins", "doctor"] as const) {
    configured(program.command(name), seen)
      .description(reports[name])
      .option("--json", "print JSON")
      .action(({ json }: { json?: boolean }) => {
        const { overrides, pluginsFile } = seen;
        seen.arguments = { command: name, json: json === true, overrides, pluginsFile };
      });
  }
  for (const name of ["reference", "prebuild"] as const) {
    program.command(name, { hidden: true }).action(() => {
      seen.arguments = { command: name };
    });
  }
}
