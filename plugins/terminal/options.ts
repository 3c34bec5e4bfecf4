import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { ApprovalPolicy, SandboxMode } from "../../core/index.ts";
import type { Streams } from "./streams.ts";

/** What the words of the command line ask for. */
export interface TryOptions {
  readonly prompt: string;
  /** Arguments of the tool `codex`, beside the prompt. */
  readonly settings: Readonly<Record<string, string>>;
  /** Arguments of the server, beside its command. */
  readonly server: readonly string[];
  readonly json: boolean;
  /** The answer to every question, where a flag gives it. */
  readonly answer: "yes" | "no" | undefined;
}

/** Reads the command line; an exit code instead when help was shown (0) or it is wrong (2). */
export function parseOptions(argv: readonly string[], streams: Streams): TryOptions | number {
  const command = new Command("portico try")
    .description("Let the agent work on a prompt here and now, and show what it does.")
    .argument("<prompt>", "what the agent shall do")
    .option("--cwd <folder>", "working folder of the agent")
    .option("-m, --model <name>", "name of the model")
    .option("-p, --profile <name>", "profile of config.toml")
    .addOption(
      new Option("-s, --sandbox <mode>", "how far commands may reach").choices(SandboxMode.options),
    )
    .addOption(
      new Option("-a, --approval-policy <policy>", "when you are asked").choices(
        ApprovalPolicy.options,
      ),
    )
    .option("-c, --config <key=value>", "override of config.toml; may be repeated", collect)
    .option("--plugins <file>", "plugin configuration of the server")
    .option("--json", "print one JSON object a line, for scripts")
    .addOption(new Option("--yes", "answer every question with yes, once").conflicts("no"))
    .addOption(new Option("--no", "answer every question with no"))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // Like every other mistake on the command line: one line.
      outputError: (text) => streams.stderr.write(mistake(text)),
    });
  try {
    command.parse(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return toOptions(command.args[0] ?? "", command.opts<Parsed>());
}

function mistake(text: string): string {
  const what = text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  return `portico: ARGUMENT_INVALID: ${what} (portico try --help tells what there is)\n`;
}

interface Parsed {
  cwd?: string;
  model?: string;
  profile?: string;
  sandbox?: string;
  approvalPolicy?: string;
  config?: readonly string[];
  plugins?: string;
  json?: boolean;
  yes?: boolean;
  no?: boolean;
}

function toOptions(prompt: string, parsed: Parsed): TryOptions {
  const settings = {
    cwd: parsed.cwd,
    model: parsed.model,
    profile: parsed.profile,
    sandbox: parsed.sandbox,
    "approval-policy": parsed.approvalPolicy,
  };
  const given = Object.entries(settings).filter((pair): pair is [string, string] => {
    return pair[1] !== undefined;
  });
  const overrides = (parsed.config ?? []).flatMap((override) => ["-c", override]);
  const plugins = parsed.plugins === undefined ? [] : ["--plugins", parsed.plugins];
  return {
    prompt,
    settings: Object.fromEntries(given),
    server: [...overrides, ...plugins],
    json: parsed.json === true,
    answer: parsed.yes === true ? "yes" : parsed.no === true ? "no" : undefined,
  };
}

function collect(override: string, before: readonly string[] = []): readonly string[] {
  if (!override.includes("=")) throw new InvalidArgumentError('must be "key=value".');
  return [...before, override];
}
