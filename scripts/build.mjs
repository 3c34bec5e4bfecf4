// Makes dist: the program, the libraries, their declarations. Does nothing when dist is up to date,
// unless told --force.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { isBuilt, root, sourceStamp } from "./stamp.mjs";

const dist = `${root}dist`;
const fresh = `${root}.build-${process.pid}`;

try {
  if (process.argv.includes("--force")) await withLock(build);
  else if (!isBuilt()) await withLock(() => (isBuilt() ? undefined : build()));
} catch (error) {
  process.stderr.write(`portico: the build failed: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

async function build() {
  const started = Date.now();
  // Taken first: a source saved during the build makes the next run build again.
  const stamp = sourceStamp();
  // What a killed build left behind; the lock says that it is nobody's.
  for (const name of readdirSync(root)) {
    if (name.startsWith(".build-")) rmSync(root + name, { recursive: true, force: true });
  }
  await Promise.all([bundle(), declarations()]);
  const launcher = readFileSync(`${root}host/launcher.cjs`, "utf8");
  const marked = launcher.replace('"unbuilt"', `"${stamp.slice(0, 16)}"`);
  writeFileSync(`${fresh}/portico.cjs`, marked, { mode: 0o755 });
  // Moved into place whole, so that nobody starts a half-written program.
  if (existsSync(dist)) renameSync(dist, `${fresh}-old`);
  renameSync(fresh, dist);
  rmSync(`${fresh}-old`, { recursive: true, force: true });
  const prebuild = `${root}scripts/prebuild.mjs`;
  if (existsSync(prebuild)) await run(prebuild);
  writeFileSync(`${dist}/.stamp`, stamp);
  process.stderr.write(`portico: built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

async function bundle() {
  const { rolldown } = await import("rolldown");
  const { contract, helper, library, loadedWhenNeeded, program, searchThread } =
    await import("../rolldown.config.mjs");
  for (const config of [program, helper, searchThread, library, contract]) {
    const bundle = await rolldown(config);
    const { output } = await bundle.write({ ...config.output, dir: fresh });
    await bundle.close();
    if (config === program) refuseSlowStart(output, loadedWhenNeeded);
  }
}

/** Start-up time is a promise: names the library that a static import brings into it. */
function refuseSlowStart(chunks, slow) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const eager = new Set([chunks.find((chunk) => chunk.isEntry)]);
  for (const chunk of eager) {
    for (const name of chunk.imports) if (byName.has(name)) eager.add(byName.get(name));
    for (const path of chunk.moduleIds) {
      const found = slow.find((name) => path.includes(`/node_modules/${name}`));
      if (found === undefined) continue;
      throw new Error(`${found} is loaded at start (${chunk.fileName}); reach it through import()`);
    }
  }
}

/** Types only; that they hold is the business of `npm run check`. */
async function declarations() {
  const config = `${fresh}.tsconfig.json`;
  const files = ["core/index.ts", "host/index.ts", "host/testing/index.ts"];
  const compilerOptions = {
    noEmit: false,
    noCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: `${fresh}/types`,
  };
  writeFileSync(
    config,
    JSON.stringify({ extends: "./tsconfig.json", compilerOptions, files, include: [] }),
  );
  try {
    await run(`${root}node_modules/typescript/bin/tsc`, "-p", config);
  } finally {
    rmSync(config);
  }
}

/** Runs a script on this Node. Its output goes to stderr: stdout may belong to a protocol. */
function run(script, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ["ignore", 2, 2],
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${script.slice(root.length)} ended with ${signal ?? `code ${code}`}`));
    });
  });
}
