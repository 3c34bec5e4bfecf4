// An MCP server that plays one scene, chosen by the prompt.
import { createInterface } from "node:readline";

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const event = (msg) =>
  send({ method: "codex/event", params: { _meta: { requestId: 1 }, id: "1", msg } });
const tokens = {
  input_tokens: 1000,
  cached_input_tokens: 0,
  output_tokens: 234,
  reasoning_output_tokens: 0,
  total_tokens: 1234,
};
let call;

if (process.argv.includes("bad=1")) {
  process.stderr.write("portico: -c bad: no such key\n");
  process.exit(2);
}

createInterface({ input: process.stdin })
  .on("line", (line) => take(JSON.parse(line)))
  .on("close", () => process.exit(0));

function take(message) {
  const { id, method, params, result } = message;
  if (method === "initialize") {
    const serverInfo = { name: "stand-in", version: "1" };
    const { protocolVersion } = params;
    send({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/call") {
    call = id;
    play(params);
  } else if (method === "notifications/cancelled") {
    event({ type: "turn_aborted", reason: "interrupted" });
  } else if (result !== undefined) {
    event({ type: "agent_message", message: JSON.stringify(result.content ?? result.action) });
    finish({ text: JSON.stringify(result.content ?? result.action) });
  }
}

function play({ arguments: args }) {
  event({ type: "task_started", model_context_window: null });
  if (args.prompt === "die") {
    process.exit(1);
  } else if (args.prompt === "hang") {
    process.stderr.write("hanging\n");
  } else if (args.prompt === "fail") {
    finish({ text: "no model", isError: true });
  } else if (args.prompt === "strange") {
    const requestedSchema = { type: "object", properties: { name: { type: "string" } } };
    send({ id: 0, method: "elicitation/create", params: { message: "Name?", requestedSchema } });
  } else if (args.prompt === "ask") {
    const requestedSchema = { type: "object", properties: { decision: { type: "string" } } };
    const message = "Allow Codex to run `true` in `/`?";
    send({ id: 0, method: "elicitation/create", params: { message, requestedSchema } });
  } else {
    finish({ text: JSON.stringify(args) });
  }
}

function finish({ text, isError }) {
  const info = { total_token_usage: tokens, last_token_usage: tokens, model_context_window: null };
  event({ type: "token_count", info, rate_limits: null });
  event({ type: "task_complete", last_agent_message: text });
  const structuredContent = { threadId: "thread", content: text, notes: ["a note"] };
  send({ id: call, result: { content: [{ type: "text", text }], structuredContent, isError } });
}
