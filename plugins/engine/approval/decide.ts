import type { ApprovalPolicy, SandboxMode } from "../../../core/index.ts";
import type { CommandVerdict } from "../exec/safe.ts";

/** All that decides whether a command runs. */
export interface ExecQuestion {
  readonly policy: ApprovalPolicy;
  readonly mode: SandboxMode;
  readonly verdict: CommandVerdict;
  /** The model asked to run outside the sandbox. */
  readonly escalated: boolean;
  readonly justification: string | undefined;
  readonly approvedForSession: boolean;
  readonly sandboxAvailable: boolean;
}

export type Decision =
  | { readonly action: "run"; readonly sandboxed: boolean }
  | { readonly action: "ask"; readonly reason?: string }
  | { readonly action: "refuse"; readonly message: string };

/** Policy × sandbox × command → run, ask or refuse. The message of a refusal is for the model. */
export function decideExec(question: ExecQuestion): Decision {
  const { policy, mode, verdict, escalated } = question;
  if (escalated && policy !== "on-request") {
    return refuse(
      `with_escalated_permissions is refused while the approval policy is "${policy}": run the command without it and do not ask for it again`,
    );
  }
  if (verdict.dangerous && !question.approvedForSession) {
    if (policy !== "never") return ask(question);
    return refuse(
      'command rejected: it destroys work that cannot be restored, and under the approval policy "never" nobody can be asked to allow it',
    );
  }
  if (question.approvedForSession) return { action: "run", sandboxed: false };
  // Where nothing can hold a command, a person is asked about each, also what only reads.
  if (verdict.safe) return confined(question);
  if (policy === "untrusted") return ask(question);
  if (escalated && mode !== "danger-full-access") return ask(question);
  return confined(question);
}

/** Runs as far as the mode lets it reach; where nothing can hold it there, a person decides. */
function confined(question: ExecQuestion): Decision {
  if (question.mode === "danger-full-access") return { action: "run", sandboxed: false };
  if (question.sandboxAvailable) return { action: "run", sandboxed: true };
  if (question.policy !== "never") return ask(question);
  return refuse(
    `command rejected: no sandbox is available for the mode "${question.mode}", and under the approval policy "never" nobody can be asked to run it without one`,
  );
}

/** All that decides whether a patch is applied. */
export interface PatchQuestion {
  readonly policy: ApprovalPolicy;
  readonly mode: SandboxMode;
  /** Every path of the patch lies inside the writable roots. */
  readonly insideRoots: boolean;
  /** The model asked to apply it outside the sandbox. */
  readonly escalated: boolean;
  readonly empty: boolean;
  readonly approvedForSession: boolean;
}

export type PatchDecision =
  | { readonly action: "apply" }
  /** Outside the roots under on-failure: the write fails as the sandbox would let it, then a person is asked. */
  | { readonly action: "apply-sandboxed" }
  | { readonly action: "ask" }
  | { readonly action: "refuse"; readonly message: string };

/** Policy × sandbox × paths → apply, ask or refuse. */
export function decidePatch(question: PatchQuestion): PatchDecision {
  const { policy, mode, insideRoots, escalated } = question;
  if (question.empty) return refuse("patch rejected: empty patch");
  if (question.approvedForSession) return { action: "apply" };
  if (policy === "untrusted") return { action: "ask" };
  if (mode === "danger-full-access") return { action: "apply" };
  if (escalated) return { action: "ask" };
  if (mode === "workspace-write" && insideRoots) return { action: "apply" };
  switch (policy) {
    case "on-failure":
      return { action: "apply-sandboxed" };
    case "on-request":
      return { action: "ask" };
    case "never":
      return refuse(
        `patch rejected: it writes outside the folders that the sandbox mode "${mode}" allows, and under the approval policy "never" nobody can be asked`,
      );
  }
}

function ask({ justification }: ExecQuestion): Decision {
  return justification === undefined ? { action: "ask" } : { action: "ask", reason: justification };
}

function refuse(message: string): { readonly action: "refuse"; readonly message: string } {
  return { action: "refuse", message };
}
