import type { ApprovalRequest, FileChange, JsonObject } from "../../core/index.ts";
import { visible } from "./visible.ts";

const listedFiles = 50;

/** The question about a patch, for people in `message` and for programs in `members`. */
export function patchWords(request: ApprovalRequest & { kind: "patch" }): {
  message: string;
  members: JsonObject;
} {
  const { changes, reason, grantRoot } = request;
  const lines = Object.entries(changes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, change]) => fileLine(path, change));
  const hidden = lines.length - listedFiles;
  const message = [
    ...(reason === undefined ? [] : [visible(reason)]),
    "Allow Codex to apply proposed code changes?",
    ...lines.slice(0, listedFiles),
    ...(hidden > 0 ? [`… and ${hidden} more files`] : []),
    ...(grantRoot === undefined
      ? []
      : [`A yes also allows writing below ${visible(grantRoot)} for the rest of the session.`]),
  ];
  return {
    message: message.join("\n"),
    members: {
      codex_elicitation: "patch-approval",
      codex_changes: { ...changes },
      ...(reason !== undefined && { codex_reason: reason }),
      ...(grantRoot !== undefined && { codex_grant_root: grantRoot }),
    },
  };
}

/** `M path (+2 −1)`, as version control lists changes. */
function fileLine(path: string, change: FileChange): string {
  if ("add" in change) return `A ${visible(path)} (+${lineCount(change.add.content)} −0)`;
  if ("delete" in change) return `D ${visible(path)} (+0 −${lineCount(change.delete.content)})`;
  const { unified_diff: diff, move_path: target } = change.update;
  const lines = diff.split("\n");
  // Hunks only, no file headers: a line that begins with "---" is a removed line.
  const added = lines.filter((line) => line.startsWith("+")).length;
  const removed = lines.filter((line) => line.startsWith("-")).length;
  const name = target === null ? visible(path) : `${visible(path)} -> ${visible(target)}`;
  return `M ${name} (+${added} −${removed})`;
}

function lineCount(content: string): number {
  if (content === "") return 0;
  return content.split("\n").length - (content.endsWith("\n") ? 1 : 0);
}
