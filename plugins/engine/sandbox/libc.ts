import { getSystemErrorName } from "node:util";
import { askVersion, pathBeneath, systemCalls } from "./landlock.ts";

/** The few functions of the C library that the Landlock helper calls; negative answers are errors. */
export interface Libc {
  /** The version of Landlock that the kernel has. */
  landlockVersion(): number;
  /** Gives a descriptor. */
  createRuleset(attributes: Buffer): number;
  addPathRule(ruleset: number, rule: Buffer): number;
  restrictSelf(ruleset: number): number;
  prctl(option: number, value: number, address: bigint): number;
  /** Where the bytes are; good as long as somebody holds the buffer. */
  address(bytes: Buffer): bigint;
  defaultSignal(signal: number): void;
  /** What Node keeps from its children: descriptors 0 to 2. All others go. */
  inheritStandardStreams(): void;
  /** Becomes this program, found by PATH; comes back only with an error. */
  execute(command: readonly string[], env: readonly string[]): void;
}

let lastError: () => number = () => 0;

/** Loads koffi, which is optional; rejects where it is not installed or not made for this machine. */
export async function openLibc(): Promise<Libc> {
  const { default: koffi } = await import("koffi");
  lastError = () => koffi.errno();
  // The process itself: the same line for every C library.
  const library = koffi.load(null);
  // What a foreign function takes and gives is known to this text only.
  const bind = <F>(name: string, result: string, parameters: string[]) =>
    library.func(name, result, parameters) as unknown as F;
  type Call = (...values: unknown[]) => number;
  const createRuleset = bind<Call>("syscall", "long", ["long", "void *", "size_t", "size_t"]);
  const addRule = bind<Call>("syscall", "long", ["long", "int", "int", "void *", "size_t"]);
  const call = bind<Call>("syscall", "long", ["long", "size_t", "size_t", "size_t"]);
  const prctl = bind<Call>("prctl", "int", ["int", "size_t", "uint64", "size_t", "size_t"]);
  const signal = bind<Call>("signal", "intptr", ["int", "intptr"]);
  const fcntl = bind<Call>("fcntl", "int", ["int", "int", "int"]);
  const execvpe = bind<Call>("execvpe", "int", ["str", "const char **", "const char **"]);
  return {
    landlockVersion: () => createRuleset(systemCalls.createRuleset, null, 0, askVersion),
    createRuleset: (attributes) =>
      createRuleset(systemCalls.createRuleset, attributes, attributes.length, 0),
    addPathRule: (ruleset, rule) => addRule(systemCalls.addRule, ruleset, pathBeneath, rule, 0),
    restrictSelf: (ruleset) => call(systemCalls.restrictSelf, ruleset, 0, 0),
    prctl: (option, value, address) => prctl(option, value, address, 0, 0),
    address: (bytes) => koffi.address(bytes),
    defaultSignal: (number) => void signal(number, 0),
    inheritStandardStreams() {
      // CLOSE_RANGE_CLOEXEC: still open here, as Node needs its own until the end.
      call(systemCalls.closeRange, 3, 0xffff_ffff, 4);
      for (const descriptor of [0, 1, 2]) fcntl(descriptor, 2, 0);
    },
    execute: (command, env) => void execvpe(command[0], [...command, null], [...env, null]),
  };
}

/** The name of the last error, such as EPERM. */
export function errno(): string {
  return getSystemErrorName(-lastError());
}
