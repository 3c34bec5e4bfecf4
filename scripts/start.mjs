// A whole turn with the agent for someone who has just cloned the repository: no key, no model, no
// setting of theirs is used. Further arguments go to `portico try`: `npm start -- --no`.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/portico.cjs", import.meta.url));
const prompt = "Add bread to my shopping list and commit the change.";
const given = process.argv.slice(2);

const addBread = `*** Begin Patch
*** Update File: shopping.txt
@@
 - milk
 - eggs
+- bread
*** End Patch`;

removeStale();
const root = mkdtempSync(join(tmpdir(), `portico-start-${process.pid}-`));
process.on("exit", () => remove(root));

const workspace = join(root, "workspace");
const home = join(root, "home");
const scenarioFile = join(root, "scenario.json");
mkdirSync(home);
const hasGit = makeWorkspace();
writeFileSync(scenarioFile, JSON.stringify({ scenarios: [scenario()] }, undefined, 2));

// prettier-ignore
const settings = [
  "--cwd", workspace,
  "--sandbox", "workspace-write",
  "--approval-policy", "on-request",
  "-c", "model_provider=offline",
  "-c", `offline_scenario=${JSON.stringify(scenarioFile)}`,
];
const child = spawn(
  process.execPath,
  [program, "try", prompt, ...settings, ...given, ...unattended()],
  { stdio: "inherit", env: environment() },
);
// Signals are for the program; we end when it has. Ctrl-C has reached it already.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => void child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});

/** Folders of runs that were killed; their names tell whose they were. */
function removeStale() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^portico-start-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) remove(join(tmpdir(), name));
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** What cannot be removed now, as the server still writes there or it is not ours, stays. */
function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    return;
  }
}

/** A folder with two files, under version control where git is there. */
function makeWorkspace() {
  mkdirSync(workspace);
  writeFileSync(join(workspace, "README.md"), "# Household\n\nLists we keep.\n");
  writeFileSync(join(workspace, "shopping.txt"), "- milk\n- eggs\n");
  const commands = [
    ["init", "--quiet"],
    ["config", "user.name", "Portico"],
    ["config", "user.email", "portico@example.com"],
    ["add", "."],
    ["commit", "--quiet", "--message", "Begin the lists"],
  ];
  return commands.every((args) => spawnSync("git", args, { cwd: workspace }).status === 0);
}

/** What the offline provider plays instead of a model. */
function scenario() {
  const plan = (...states) => ({
    plan: ["Read the list", "Add bread", hasGit ? "Commit the change" : "Keep a copy"].map(
      (step, index) => ({ step, status: states[index] }),
    ),
  });
  const last = hasGit
    ? {
        run: 'git commit --all --message "Add bread"',
        justification: "the sandbox keeps .git read-only",
      }
    : {
        run: "cp shopping.txt ../shopping-copy.txt",
        justification: "the copy lies outside the workspace",
      };
  return {
    when: ".",
    steps: [
      plan("in_progress", "pending", "pending"),
      { run: "cat shopping.txt" },
      plan("completed", "in_progress", "pending"),
      { patch: addBread },
      plan("completed", "completed", "in_progress"),
      { ...last, escalated: true },
      { say: "Bread is on the list. This was a rehearsed turn: no language model took part." },
    ],
  };
}

/** Flags for when nobody can answer the question. */
function unattended() {
  if (given.includes("--yes") || given.includes("--no")) return [];
  if (process.stdin.isTTY && process.stdout.isTTY) return [];
  process.stderr.write("portico: no terminal here, so the question is answered with --yes\n");
  return ["--yes"];
}

function environment() {
  const env = { ...process.env, PORTICO_HOME: home };
  // It would go before the scenario made here.
  delete env.PORTICO_OFFLINE_SCENARIO;
  return env;
}
