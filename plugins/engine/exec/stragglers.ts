import { readdirSync, readFileSync } from "node:fs";
import { uuidV7 } from "../uuid.ts";

/** Carried by every command and by what it starts: the only thing a daemon keeps of its origin. */
const variable = "PORTICO_COMMAND";

// Of this process; the commands count below it.
const ours = `${process.pid}-${uuidV7().replaceAll("-", "").slice(-16)}`;
let commands = 0;

/** The environment of a command with its mark, on Linux, where marks can be read again. */
export function marked(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (process.platform !== "linux" || markOf(env) !== undefined) return env;
  commands += 1;
  // An agent inside of a command keeps the outer mark: the outer one ends it with all it started.
  const outer = env[variable] === undefined ? "" : `${env[variable]} `;
  return { ...env, [variable]: `${outer}${ours}.${commands};` };
}

/** The mark in such an environment. */
export function markOf(env: Readonly<Record<string, string>>): string | undefined {
  const mark = env[variable]?.split(" ").at(-1);
  return mark?.startsWith(ours) === true ? mark : undefined;
}

/** What all marks of this process begin with; undefined before the first command. */
export function ownMark(): string | undefined {
  return commands === 0 ? undefined : `${ours}.`;
}

/** Where a search begins: ids of first processes, which are also their sessions, and a mark. */
export interface Origin {
  readonly groups: ReadonlySet<number>;
  readonly mark: string | undefined;
}

/**
 * The processes that came from commands and left their groups. Found on Linux only, and not where
 * one belongs to another user, or was orphaned with a session and an environment of its own.
 */
export class Stragglers {
  readonly #origin: Origin;
  // A process that was seen below the command is one of its own after its parents are gone, too.
  readonly #known = new Map<number, string>();

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Sends a signal to all of them that live. Synchronous, for the way out. */
  signal(signal: NodeJS.Signals): void {
    const sent = new Set<number>();
    // One that is being killed may have started another: until no new one shows up.
    for (let tries = 0; tries < 5; tries++) {
      const found = this.#find().filter((pid) => !sent.has(pid));
      for (const pid of found) send(pid, signal);
      if (found.length === 0 || signal !== "SIGKILL") return;
      for (const pid of found) sent.add(pid);
    }
  }

  /** Without zombies, which only wait for their parents, and without the groups themselves. */
  #find(): number[] {
    const all = processes();
    // Most processes are older than we are, and reading what they carry takes the longest.
    const ourStart = Number(readProcess(process.pid)?.start ?? 0);
    const { groups, mark } = this.#origin;
    const isOurs = ({ pid, session, start }: Process) =>
      groups.has(session) ||
      this.#known.get(pid) === start ||
      (mark !== undefined && Number(start) >= ourStart && carries(pid, mark));
    const found = all.filter(isOurs);
    const byParent = Map.groupBy(all, ({ parent }) => parent);
    const seen = new Set(found);
    // Grows while it is walked, so that it holds the children of children.
    for (const { pid } of seen) for (const child of byParent.get(pid) ?? []) seen.add(child);
    for (const { pid, start } of seen) this.#known.set(pid, start);
    const inGroup = ({ group }: Process) => groups.has(group);
    return [...seen].filter((one) => one.state !== "Z" && !inGroup(one)).map(({ pid }) => pid);
  }
}

interface Process {
  readonly pid: number;
  readonly state: string | undefined;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In ticks since the machine started: tells a process from a later one under its id. */
  readonly start: string;
}

function processes(): Process[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => readProcess(Number(name)))
    .filter((one) => one !== undefined);
}

/** Its fields as proc(5) numbers them; undefined when it has ended meanwhile. */
function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name, which may have blanks and parentheses in it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent = 0, group = 0, session = 0] = fields.slice(1, 4).map(Number);
    return { pid, state: fields[0], parent, group, session, start: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(mark);
  } catch {
    // Gone, or of another user.
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone, or of another user.
  }
}
