// Runs before `npm start` and `npm test`, on any Node from 18: installs the locked packages, Node 24
// among them, when they are missing or stale, then builds when sources changed. Prints to stderr
// only: stdout may belong to a protocol.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { isBuilt, root } from "./stamp.mjs";

const node = `${root}node_modules/.bin/node`;

try {
  if (!isInstalled()) await withLock(() => (isInstalled() ? undefined : install()));
  if (!isBuilt()) build();
} catch (error) {
  process.stderr.write(`portico: ${error.message}\n`);
  process.exitCode = 1;
}

/** True when node_modules holds what package-lock.json asks for; npm writes its own list last. */
function isInstalled() {
  const wanted = packagesIn("package-lock.json");
  const present = packagesIn("node_modules/.package-lock.json");
  if (wanted === undefined) throw new Error("package-lock.json is missing; restore it from git");
  if (present === undefined || !runs(node)) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const found = present[path];
    // Optional packages are left out where they are of another platform.
    if (found === undefined) return optional === true;
    return found.version === version && found.integrity === integrity;
  });
}

function install() {
  process.stderr.write("portico: installing packages (npm ci)\n");
  if (!npm("ci", "--include=dev", "--engine-strict=false", "--no-audit", "--no-fund")) {
    throw new Error("npm ci failed; look at its output above, then run this again");
  }
  // Where install scripts are off, the one package that needs its script gets it.
  if (!runs(node) && !(npm("rebuild", "node", "--ignore-scripts=false") && runs(node))) {
    throw new Error(
      "Node 24 of node_modules does not run; try: npm rebuild node --foreground-scripts",
    );
  }
}

function build() {
  // Said by name: what `node` means on the PATH may be older than the bundler wants.
  const { status } = spawnSync(node, [`${root}scripts/build.mjs`], inherited());
  if (status !== 0) throw new Error("no build; look at the output above");
}

function npm(...args) {
  const cli = process.env.npm_execpath;
  const throughNode = cli !== undefined && cli.endsWith("npm-cli.js");
  const [command, first] = throughNode ? [process.execPath, [cli]] : ["npm", []];
  const { status, error } = spawnSync(
    command,
    [...first, ...args, "--loglevel=error"],
    inherited(),
  );
  if (error?.code === "ENOENT") throw new Error("npm is not on the PATH; install npm 10 or newer");
  return status === 0;
}

function inherited() {
  const env = { ...process.env };
  // npm hands its settings down, and npm 11 refuses this one when it comes that way.
  for (const name of Object.keys(env)) {
    if (name.toLowerCase() === "npm_config_allow_scripts") delete env[name];
  }
  return { cwd: root, env, stdio: ["ignore", 2, 2] };
}

function runs(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(root + path, "utf8")).packages;
  } catch {
    return undefined;
  }
}
