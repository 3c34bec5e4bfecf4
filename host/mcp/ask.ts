import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Answer, Question } from "../../core/plugin/call.ts";
import type { OpenCall } from "../rpc/calls.ts";
import { Exchanges } from "../rpc/exchanges.ts";
import type { Outcome } from "../rpc/exchanges.ts";
import { Session } from "../rpc/session.ts";
import { inject, injectable } from "../tokens.ts";
import { requestedSchema } from "./form.ts";

const actions = ["accept", "decline", "cancel"] as const;

/** Puts questions to the person as `elicitation/create` (MCP 2025-06-18, client/elicitation). */
@injectable()
export class Asking {
  constructor(
    @inject(Exchanges) private readonly exchanges: Exchanges,
    @inject(Session) private readonly session: Session,
  ) {}

  /** Never rejects. The question is withdrawn when its call ends or either signal says so. */
  async ask(question: Question, call: OpenCall): Promise<Answer> {
    if (!this.#canAsk()) {
      return unanswered("unsupported", "the client cannot show a form to the person");
    }
    const withdrawal = new AbortController();
    const withdraw = () => withdrawal.abort();
    const forget = call.onEnd(withdraw);
    const signals = [call.signal, withdrawal.signal];
    if (question.signal !== undefined) signals.push(question.signal);
    const { message, fields, required, members, timeoutMs } = question;
    const form = requestedSchema(fields, required, this.session.has("2025-11-25"));
    const params: JsonObject = { message, requestedSchema: form, ...members };
    try {
      const outcome = await this.exchanges.send("elicitation/create", params, {
        signal: AbortSignal.any(signals),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      return toAnswer(outcome);
    } finally {
      forget();
    }
  }

  /** An empty capability means forms; one that names only `url` does not. */
  #canAsk(): boolean {
    const { elicitation } = this.session.peer.capabilities;
    if (!isJsonObject(elicitation)) return false;
    return elicitation["form"] !== undefined || elicitation["url"] === undefined;
  }
}

function toAnswer(outcome: Outcome): Answer {
  switch (outcome.kind) {
    case "result": {
      const { result } = outcome;
      if (!isJsonObject(result))
        return unanswered("failed", "the client's answer is not an object");
      const action = actions.find((each) => each === result["action"]);
      const content = isJsonObject(result["content"]) ? result["content"] : {};
      return { kind: "answered", action, content, result };
    }
    case "error": {
      const { code, message } = outcome.error;
      return unanswered("failed", `the client could not ask: ${message} (${code})`);
    }
    case "timed-out":
      return unanswered("timed-out", "nobody answered in time");
    case "withdrawn":
      return unanswered("withdrawn", "the question was withdrawn");
    case "closed":
      return unanswered("closed", "the connection ended before an answer");
  }
}

function unanswered(
  reason: Extract<Answer, { kind: "unanswered" }>["reason"],
  message: string,
): Answer {
  return { kind: "unanswered", reason, message };
}
