import type { ApprovalRequest, JsonObject } from "../../core/index.ts";
import { commandLine } from "./command-line.ts";
import { visible } from "./visible.ts";

/** The question about a command, for people in `message` and for programs in `members`. */
export function execWords(request: ApprovalRequest & { kind: "exec" }): {
  message: string;
  members: JsonObject;
} {
  const { command, cwd, parsedCommand, reason } = request;
  const question = `Allow Codex to run \`${commandLine(command)}\` in \`${visible(cwd)}\`?`;
  return {
    message: reason === undefined ? question : `${question}\nReason: ${visible(reason)}`,
    members: {
      codex_elicitation: "exec-approval",
      codex_command: [...command],
      codex_cwd: cwd,
      codex_parsed_cmd: parsedCommand.map((part) => ({ ...part })),
      ...(reason !== undefined && { codex_reason: reason }),
    },
  };
}
