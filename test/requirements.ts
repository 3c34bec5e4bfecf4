/** One promised behaviour; a test cites it by `ID: ` at the start of its title. */
export interface Requirement {
  /** `acceptance N` or `defect N`. */
  readonly id: string;
  /** What it is about, stable and dotted. */
  readonly name: string;
  readonly promise: string;
  /** The public thing that the promise follows. */
  readonly source: string;
}

const agent = "codex 0.42 and 0.44, as they behave";
const ours = "where codex 0.42 and 0.44 fail their user";

/** What the agent engine does. */
const acceptance: Requirement[] = list("acceptance", agent, [
  ["settings.precedence", "A profile beats -c, and a parameter beats a profile."],
  ["settings.overrides", "-c values are typed as TOML, and dotted keys make tables."],
  ["settings.refusal", "An unknown profile or provider and a wrong type are refused by name."],
  ["wire.responses.body", "A request has the members of the Responses wire, in a fixed order."],
  ["wire.responses.prefix", "Requests extend each other; tools and instructions never change."],
  ["prompt.documents", "AGENTS.md files are layered, budgeted and wrapped."],
  ["prompt.environment", "The environment block says where and how freely the model works."],
  ["shell.result", "A command's result is JSON with head and tail of its output."],
  ["shell.timeout", "A command ends at its time limit with code 124, and its children with it."],
  ["tools.mistakes", "Calls that make no sense are told to the model, and the turn goes on."],
  ["approval.table", "Policy, sandbox mode and command decide: run, ask or refuse."],
  ["approval.safe", "A command counts as safe only when each of its parts is known to be."],
  ["approval.session", "What is approved for the session is not asked about again."],
  [
    "approval.denial",
    "A denied command does not run; an abort ends the turn; a late answer is nobody's.",
  ],
  ["turn.interrupt", "An interrupt ends stream, command and question, and leaves no trace behind."],
  ["turn.input", "Input that comes during a turn joins it once and is never lost."],
  [
    "wire.retries",
    "Failures are retried within their budgets, after the wait the server asks for.",
  ],
  ["wire.idle", "A stream that falls silent is given up."],
  [
    "wire.headers",
    "Requests carry the provider's headers, query and key, and none without the key.",
  ],
  ["patch.language", "Patches are read, recognised, checked and applied as their language says."],
  ["patch.turn-diff", "The changes of a turn are one git diff, told again after each answer."],
  ["sandbox.limits", "A sandboxed command writes, connects and sees no more than its mode allows."],
  ["shell.environment", "The environment policy is applied step by step."],
  ["shell.profile", "A command runs in the login shell with its start-up file where asked for."],
  ["mcp-servers", "Tools of external MCP servers are offered, called, limited and told of."],
  ["compaction", "A long conversation is compacted by hand, by itself, and never in vain."],
  ["record.lines", "The record has every line in order, and a resume goes on from any of them."],
  ["record.list", "Conversations are listed page by page, newest first."],
  ["history.file", "The message history is private, can be looked up and can be switched off."],
  ["notify", "The notify program is told of each completed task."],
  ["events.order", "Events come in their order, whatever the turn does."],
  ["wire.chat", "The chat wire carries messages and calls, and may end without its mark."],
]);

/** What it does otherwise than its model, on purpose. */
const defects: Requirement[] = list("defect", ours, [
  ["turn.input.once", "Input that joins a turn is in the next request once."],
  ["turn.input.final", "Input during the final answer leads to another answer."],
  ["shell.timeout.group", "A grandchild that holds the pipes holds up no call."],
  ["turn.interrupt.group", "An interrupt ends grandchildren too."],
  ["wire.retries.calls", "A retry runs no finished call again."],
  ["sandbox.denial.evidence", "A command that fails by itself was not denied."],
  ["sandbox.denial.streams", "A denied command tells its true output and code."],
  ["turn.interrupt.idle", "An interrupt without a task is answered at once."],
  ["wire.credentials", "The stored sign-in goes only to providers that ask for it."],
  ["settings.start-up", "-c at the start of the server reaches its conversations."],
  ["wire.chat.stream", "Parallel calls, text around calls, usage, equal texts and images survive."],
  ["tools.gate", "No tool runs commands past sandbox, approvals and events."],
  ["notify.input", "notify lists the person's words as input, not the model's."],
  ["wire.retries.final", "A bad request is not sent again."],
  ["history.orphans", "An orphaned call is answered in kind, right behind it."],
  ["patch.text", "Patches keep line endings and place additions below their header."],
  ["images.missing", "An image that cannot be read is told to the model."],
  ["mcp-servers.cause", "The model is told why a call of a server failed."],
  ["approval.safe.sandbox", "A safe command runs inside the sandbox first."],
  ["shell.group", "A command has a process group of its own."],
]);

export const requirements: readonly Requirement[] = [...acceptance, ...defects];

function list(kind: string, source: string, entries: readonly [string, string][]): Requirement[] {
  return entries.map(([name, promise], at) => ({ id: `${kind} ${at + 1}`, name, promise, source }));
}
