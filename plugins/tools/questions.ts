import type {
  ApprovalAnswer,
  ApprovalRequest,
  Approver,
  Call,
  Submission,
} from "../../core/index.ts";

/** The approval questions of one turn, and what became of them. */
export class Questions {
  readonly #approver: Approver | undefined;
  readonly #call: Call;
  /** How many questions no person decided, by reason and answer. */
  readonly #unasked = new Map<string, number>();
  /** True once a person chose to end the turn. */
  aborted = false;

  constructor(approver: Approver | undefined, call: Call) {
    this.#approver = approver;
    this.#call = call;
  }

  /** Puts a question; an argument of `Conversation.submit`. */
  readonly approve: Submission["approve"] = async (request, signal) => {
    const answer = await this.#decide(request, signal);
    if (answer.decision === "abort") this.aborted = true;
    if (answer.unasked !== undefined) {
      const note = `(${oneLine(answer.unasked)}): answered ${answer.decision}`;
      this.#unasked.set(note, (this.#unasked.get(note) ?? 0) + 1);
      this.#call.log.warn(`a question was not decided by a person ${note}`);
    }
    return answer;
  };

  /** One sentence for each way in which questions went undecided. */
  notes(): string[] {
    return [...this.#unasked].map(([note, count]) =>
      count === 1
        ? `1 question was not decided by a person ${note}`
        : `${count} questions were not decided by a person ${note}`,
    );
  }

  async #decide(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer> {
    if (this.#approver !== undefined) return this.#approver.decide(request, this.#call, signal);
    return { decision: "denied", unasked: "no plugin that asks people is enabled" };
  }
}

/** Clients put whole listings into the text of an error. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
