import { syncBuiltinESMExports } from "node:module";
import type { LogSource } from "../tokens.ts";
import { processStdout, runningPlugin } from "./stdout-guard.ts";

const stdout = 1;
const stderr = 2;
type AnyFunction = (...args: unknown[]) => unknown;

let installed = false;

/**
 * What a third party's plugin writes to file descriptor 1 itself becomes a line of the log, and a
 * child that would inherit the descriptor prints to stderr instead. Native code is out of reach.
 */
export function guardDescriptor(log: LogSource): void {
  if (installed) return;
  installed = true;
  const fs = process.getBuiltinModule("node:fs");
  const children = process.getBuiltinModule("node:child_process");
  const tell = (data: unknown) => {
    const text = typeof data === "string" ? data : bytesOf(data).toString("utf8");
    log.for(runningPlugin()).warn("printed to stdout", { text: text.trimEnd() });
    return Buffer.byteLength(text);
  };

  replace(
    fs,
    "writeSync",
    (real) =>
      (fd, data, ...rest) =>
        fd === stdout ? tell(data) : real(fd, data, ...rest),
  );
  for (const name of ["writeFileSync", "appendFileSync"]) {
    replace(
      fs,
      name,
      (real) =>
        (fd, data, ...rest) =>
          fd === stdout ? void tell(data) : real(fd, data, ...rest),
    );
  }
  for (const name of ["write", "writeFile", "appendFile"]) {
    replace(fs, name, (real) => (fd, data, ...rest) => {
      if (fd !== stdout) return real(fd, data, ...rest);
      const written = tell(data);
      const done = rest.at(-1);
      if (typeof done === "function")
        queueMicrotask(() => void Reflect.apply(done, undefined, [null, written, data]));
      return undefined;
    });
  }
  replace(
    children.ChildProcess.prototype,
    "spawn",
    (real) =>
      function spawn(this: unknown, options) {
        return Reflect.apply(real, this, [redirected(options)]);
      },
  );
  for (const name of ["spawnSync", "execFileSync", "execSync"]) {
    replace(
      children,
      name,
      (real) =>
        (...args) =>
          real(...args.map(redirected)),
    );
  }
  syncBuiltinESMExports();
}

/** The same options, with stderr where the child would get our stdout. */
function redirected(options: unknown): unknown {
  if (typeof options !== "object" || options === null || !("stdio" in options)) return options;
  const { stdio } = options;
  if (stdio === "inherit") return { ...options, stdio: ["inherit", stderr, "inherit"] };
  if (!Array.isArray(stdio)) return options;
  const own = stdio.map((one: unknown, at) =>
    one === stdout || one === processStdout() || (one === "inherit" && at === stdout)
      ? stderr
      : one,
  );
  return { ...options, stdio: own };
}

function replace(owner: object, name: string, wrap: (real: AnyFunction) => AnyFunction): void {
  // Both are functions of Node whose arguments pass through unchanged.
  const real = Reflect.get(owner, name) as AnyFunction;
  Reflect.set(owner, name, wrap(real));
}

function bytesOf(data: unknown): Buffer {
  return data instanceof Uint8Array ? Buffer.from(data) : Buffer.alloc(0);
}
