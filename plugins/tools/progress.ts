import type { EventMsg } from "../../core/index.ts";

/** What an event means for someone who waits, `undefined` where it says nothing new. */
export function progressText(msg: EventMsg): string | undefined {
  switch (msg.type) {
    case "task_started":
      return "started";
    case "exec_command_begin":
      return `running \`${shortCommand(msg.command)}\``;
    case "exec_command_end":
      return msg.exit_code === 0 ? "command done" : `command failed: exit code ${msg.exit_code}`;
    case "patch_apply_begin":
      return `applying a patch to ${fileCount(Object.keys(msg.changes).length)}`;
    case "patch_apply_end":
      return msg.success ? "patch applied" : "patch failed";
    case "exec_approval_request":
      return `waiting for approval of \`${shortCommand(msg.command)}\``;
    case "apply_patch_approval_request":
      return `waiting for approval of a patch to ${fileCount(Object.keys(msg.changes).length)}`;
    case "mcp_tool_call_begin":
      return `calling ${msg.invocation.server}/${msg.invocation.tool}`;
    case "mcp_tool_call_end": {
      const name = `${msg.invocation.server}/${msg.invocation.tool}`;
      return "Err" in msg.result ? msg.result.Err : `${name} answered`;
    }
    case "plan_update":
      return msg.plan.find((item) => item.status === "in_progress")?.step;
    case "web_search_end":
      return `searched the web: ${msg.query}`;
    case "stream_error":
      return `asking the model again: ${msg.message}`;
    case "background_event":
    case "error":
      return msg.message;
    case "session_configured":
    case "task_complete":
    case "turn_aborted":
    case "token_count":
    case "user_message":
    case "agent_message":
    case "agent_message_delta":
    case "agent_reasoning":
    case "agent_reasoning_delta":
    case "agent_reasoning_section_break":
    case "agent_reasoning_raw_content":
    case "agent_reasoning_raw_content_delta":
    case "exec_command_output_delta":
    case "turn_diff":
    case "web_search_begin":
    case "view_image_tool_call":
      return undefined;
  }
}

/** For display only: the script of a shell call or the words, on one short line. */
function shortCommand(command: readonly string[]): string {
  const script = /^(ba|z|da)?sh$/.test(command[0] ?? "") && command.length === 3;
  const text = (script ? (command[2] ?? "") : command.join(" ")).replaceAll(/\s+/g, " ").trim();
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function fileCount(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}
