// A program of its own: takes rights away from itself, then becomes the command. Node cannot do that
// to a child it starts. Started with the command as arguments and an order on descriptor 3, since
// the variables of a command are nobody's business who can list processes.
import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { errno, type Libc, openLibc } from "./libc.ts";
import { filterProgram, pathBeneathAttributes, rightsOf, rulesetAttributes } from "./landlock.ts";
import type { LandlockOrder } from "./landlock-order.ts";

const failed = 125;
const orderDescriptor = 3;
// O_PATH: names a place without opening it.
const placeOnly = 0x200000;
const prctl = { parentDeathSignal: 1, seccomp: 22, noNewPrivileges: 38 };
const filterMode = 2;
const sigkill = 9;
// Node ignores these two, and what it ignores stays ignored.
const ignoredSignals = [13, 25];

// Not awaited: as a CommonJS file this has no place to wait in.
void main(process.argv.slice(2))
  .catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
  .then((code) => (process.exitCode = code));

/** Comes back only when the command could not be started, or none was given. */
async function main(command: readonly string[]): Promise<number> {
  const order = JSON.parse(readFileSync(orderDescriptor, "utf8")) as LandlockOrder;
  const libc = await openLibc();
  // Should the engine be killed, so is this; it outlives becoming the command.
  libc.prctl(prctl.parentDeathSignal, sigkill, 0n);
  const version = restrict(libc, order.writable);
  if (order.filter !== null) installFilter(libc, Buffer.from(order.filter, "base64"));
  const [program] = command;
  if (program !== undefined) return become(libc, command, order.env);
  // Asked only whether it works.
  writeSync(1, `${version}\n`);
  return 0;
}

/** Nothing can be written from here on but below these paths. Gives the kernel's version. */
function restrict(libc: Libc, writable: readonly string[]): number {
  const version = libc.landlockVersion();
  if (version < 1) throw new Error(`the kernel has no Landlock (${errno()})`);
  const ruleset = must("create a ruleset", libc.createRuleset(rulesetAttributes(version)));
  const rights = rightsOf(version);
  for (const path of writable) {
    const place = openSync(path, placeOnly | constants.O_RDONLY);
    const given = statSync(path).isDirectory() ? rights.folder : rights.file;
    must(`allow ${path}`, libc.addPathRule(ruleset, pathBeneathAttributes(given, place)));
    closeSync(place);
  }
  must("forbid new privileges", libc.prctl(prctl.noNewPrivileges, 1, 0n));
  must("restrict itself", libc.restrictSelf(ruleset));
  closeSync(ruleset);
  return version;
}

function installFilter(libc: Libc, filter: Buffer): void {
  const program = filterProgram(filter, libc.address(filter));
  must("install a filter", libc.prctl(prctl.seccomp, filterMode, libc.address(program)));
}

function become(
  libc: Libc,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): number {
  for (const signal of ignoredSignals) libc.defaultSignal(signal);
  libc.inheritStandardStreams();
  // The search for the program goes by our own PATH.
  delete process.env["PATH"];
  if (env["PATH"] !== undefined) process.env["PATH"] = env["PATH"];
  libc.execute(
    command,
    Object.entries(env).map(([name, value]) => `${name}=${value}`),
  );
  const missing = errno() === "ENOENT";
  fail(`cannot run ${JSON.stringify(command[0])}: ${errno()}`);
  return missing ? 127 : 126;
}

function must(what: string, answer: number): number {
  if (answer < 0) throw new Error(`cannot ${what}: ${errno()}`);
  return answer;
}

function fail(message: string): number {
  writeSync(2, `landlock: ${message}\n`);
  return failed;
}
