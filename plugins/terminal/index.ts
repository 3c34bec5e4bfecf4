import type { Environment } from "../../core/index.ts";
import type { TryOptions } from "./options.ts";
import { processStreams, type Streams } from "./streams.ts";

export type { Streams };

/**
 * `portico try`: one turn with the agent, at a terminal or in a script. `argv` are the words after
 * the command's name. Resolves with the exit code: 0 done, 1 failed or aborted, 2 not started.
 */
export async function run(
  argv: readonly string[],
  environment: Environment,
  streams: Streams = processStreams(),
): Promise<number> {
  const { parseOptions } = await import("./options.ts");
  const options = parseOptions(argv, streams);
  const code = typeof options === "number" ? options : await turn(options, environment, streams);
  // The process ends next, which must not cut off what was printed.
  await new Promise((resolve) => streams.stdout.write("", resolve));
  return code;
}

async function turn(options: TryOptions, environment: Environment, streams: Streams) {
  const { tryPrompt } = await import("./try.ts");
  return tryPrompt(options, environment, streams);
}
