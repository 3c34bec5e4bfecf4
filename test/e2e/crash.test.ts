import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mockModel, type Entry, type MockModel, type SeenRequest } from "../helpers/mock-model.ts";
import { PeerProcess } from "../helpers/peer-process.ts";
import { structuredOf, textOf } from "../helpers/scenario.ts";
import { tempHome, type TempHome } from "../helpers/temp-home.ts";

const kills = 200;
const killsOfOneConversation = 20;
const lanes = 4;

interface Item {
  type: string;
  role?: string;
  content?: { text?: string }[];
  call_id?: string;
  output?: string;
}

let model: MockModel;
let home: TempHome;
let plugins = "";

beforeAll(async () => {
  model = await mockModel(answer);
  const extra = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n';
  home = tempHome({ baseUrl: model.url, extra });
  plugins = join(home.root, "plugins.config.json");
  writeFileSync(plugins, '{"plugins":{}}');
});

afterAll(async () => {
  await model.close();
  home.dispose();
});

/** A turn of work is two commands with words before, one more command, and an end. */
function answer(request: SeenRequest): Entry {
  const items = inputOf(request);
  const at = items.findLastIndex((item) => item.role === "user");
  const tag = wordsOf(items[at]);
  if (tag.startsWith("check")) return `checked ${tag}`;
  const done = items.slice(at).filter((item) => item.type === "function_call_output").length;
  const command = (n: number) => ({
    call: "shell",
    arguments: { command: ["echo", `${tag}-${n}`] },
    id: `${tag}-${n}`,
  });
  if (done === 0) {
    return [{ message: `${tag} begins` }, command(1), { message: `${tag} goes on` }, command(2)];
  }
  return done === 2 ? [command(3)] : `${tag} ends`;
}

function inputOf(request: SeenRequest | undefined): Item[] {
  return (request?.body["input"] ?? []) as Item[];
}

function wordsOf(item: Item | undefined): string {
  return (item?.content ?? []).map(({ text }) => text ?? "").join("");
}

interface Line {
  type: string;
  payload: Item & Record<string, unknown>;
}

function linesOf(path: string): Line[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as Line];
      } catch {
        return [];
      }
    });
}

/** One conversation that is killed again and again, each time in the middle of its work. */
class Victim {
  readonly name: string;
  readonly words: string[] = [];
  /** Calls whose output must be known after the crash. */
  readonly ended: unknown[] = [];
  id = "";
  path = "";

  constructor(name: string) {
    this.name = name;
  }

  /** A process that resumes the conversation, takes a turn, begins to work and is killed. */
  async live(round: number): Promise<void> {
    const peer = new PeerProcess(["mcp", "--plugins", plugins], {
      cwd: home.workspace,
      env: { CODEX_HOME: home.home },
    });
    try {
      await peer.initialize();
      await this.#turn(peer, `check-${this.name}-${round}`);
      const from = peer.messages.length;
      const heard = peer.events().length;
      const tag = `work-${this.name}-${round}`;
      this.words.push(tag);
      const id = this.#post(peer, tag);
      await killSomewhere(peer, { id, from, round });
      await peer.exited;
      expectRecorded(this, peer.events().slice(heard), tag);
    } finally {
      await peer.dispose();
    }
  }

  async #turn(peer: PeerProcess, tag: string): Promise<void> {
    this.words.push(tag);
    const result = await peer.answer(this.#post(peer, tag));
    expectAnswer(textOf(result), tag);
    if (this.id === "") {
      this.id = String(structuredOf(result)["threadId"]);
      this.path = String((await peer.event("session_configured"))["rollout_path"]);
    }
    const sent = model.requests.findLast((request) => wordsOf(inputOf(request).at(-1)) === tag);
    expectWhole(this, inputOf(sent));
  }

  #post(peer: PeerProcess, prompt: string): number {
    if (this.id === "") return peer.post("tools/call", { name: "codex", arguments: { prompt } });
    const args = { threadId: this.id, prompt };
    return peer.post("tools/call", { name: "codex-reply", arguments: args });
  }
}

function expectAnswer(text: string | undefined, tag: string): void {
  expect(text).toBe(`checked ${tag}`);
}

/** What the model is shown: every call with its output behind it, and nothing twice. */
function expectWhole(victim: Victim, items: Item[]): void {
  const calls = items.filter(({ type }) => type === "function_call");
  const outputs = items.filter(({ type }) => type === "function_call_output");
  expect(outputs.map(({ call_id: id }) => id)).toEqual(calls.map(({ call_id: id }) => id));
  expect(new Set(calls.map(({ call_id: id }) => id)).size).toBe(calls.length);
  const answered = outputs.filter(({ output }) => output !== "aborted");
  expect(answered.map(({ call_id: id }) => id)).toEqual(expect.arrayContaining(victim.ended));
  const messages = items.map(wordsOf).filter((words) => words !== "");
  expect(new Set(messages).size).toBe(messages.length);
  // A message may have been on its way when the process died, but none is out of order.
  const said = messages.filter((words) => victim.words.includes(words));
  expect(said).toEqual(victim.words.filter((words) => said.includes(words)));
  expect(said.filter((words) => words.startsWith("check"))).toHaveLength(
    victim.words.filter((words) => words.startsWith("check")).length,
  );
}

/** What the process told of its work before it died stands in the record. */
function expectRecorded(victim: Victim, told: Record<string, unknown>[], tag: string): void {
  const lines = linesOf(victim.path);
  const begun = lines.findLastIndex(
    ({ type, payload }) => type === "event_msg" && payload["message"] === tag,
  );
  const recorded = lines.slice(begun).filter(({ type }) => type === "event_msg");
  if (told.some(({ type }) => type === "token_count")) expect(begun).toBeGreaterThan(0);
  for (const kind of ["agent_message", "token_count"]) {
    const heard = told.filter(({ type }) => type === kind);
    const kept = recorded.map(({ payload }) => payload).filter(({ type }) => type === kind);
    if (begun >= 0) expect(kept.slice(0, heard.length)).toEqual(heard);
  }
  const items = lines.map(({ payload }) => payload);
  const ended = told.filter(({ type }) => type === "exec_command_end");
  for (const { call_id: id } of told.filter(({ type }) => type === "exec_command_begin")) {
    expect(items.some((item) => item?.type === "function_call" && item.call_id === id)).toBe(true);
  }
  // The last command may have ended a moment before its output was kept.
  for (const { call_id: id } of ended.slice(0, -1)) {
    victim.ended.push(id);
    expect(items.some((item) => "output" in (item ?? {}) && item?.call_id === id)).toBe(true);
  }
}
/** By turns after the n-th message of the work and after some time; both spread over a turn. */
async function killSomewhere(
  peer: PeerProcess,
  { id, from, round }: { id: number; from: number; round: number },
): Promise<void> {
  if (round % 2 === 0) {
    const wanted = from + ((round * 7) % 27);
    await peer.waitFor((message) => message.id === id || peer.messages.length > wanted);
  } else {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
  }
  peer.child.kill("SIGKILL");
}

describe("a server that is killed while it works", () => {
  it("acceptance 27: loses nothing it told of, repeats nothing and goes on, 200 times", async () => {
    const victims = Array.from(
      { length: kills / killsOfOneConversation },
      (_, n) => new Victim(String(n)),
    );
    const waiting = victims.slice();
    const lane = async () => {
      for (let victim = waiting.shift(); victim !== undefined; victim = waiting.shift()) {
        for (let round = 0; round < killsOfOneConversation; round += 1) {
          await victim.live(Number(victim.name) * killsOfOneConversation + round);
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    expect(new Set(victims.map(({ id }) => id)).size).toBe(victims.length);
  }, 120_000);
});
