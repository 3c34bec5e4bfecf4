import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Git } from "./git.ts";
import { refuse } from "./refusals.ts";

/** Nothing that a repository configures is run, and every patch can be applied. */
const diffOptions = [
  "--no-textconv",
  "--no-ext-diff",
  "--no-color",
  "--binary",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];

/** What the work tree around `cwd` has beyond the nearest commit that a remote has too. */
export async function gitDiffToRemote(
  cwd: string,
  { from, signal }: { readonly from: string; readonly signal: AbortSignal },
): Promise<{ sha: string; diff: string }> {
  try {
    const folder = resolve(from, cwd);
    if (!(await stat(folder)).isDirectory()) throw new Error(`not a folder: ${folder}`);
    const inside = new Git(folder, signal);
    const git = new Git((await inside.line("rev-parse", "--show-toplevel")) || folder, signal);
    const sha = await nearestRemoteCommit(git);
    return { sha, diff: await diffAgainst(git, sha) };
  } catch (cause) {
    const error = refuse(`failed to compute git diff to remote for cwd: ${JSON.stringify(cwd)}`);
    error.cause = cause;
    throw error;
  }
}

/** The tip of the remote branch with the fewest commits between it and HEAD. */
async function nearestRemoteCommit(git: Git): Promise<string> {
  await git.line("rev-parse", "--verify", "HEAD");
  const remotes = (await git.lines("remote")).toSorted(originFirst);
  if (remotes.length === 0) throw new Error("there is no remote");
  const tips = await remoteTips(git);
  const candidates = [
    ...(await git.lines("branch", "--show-current")),
    ...(await defaultBranch(git, remotes)),
    ...(await branchesWithHead(git, remotes)),
  ];
  let nearest: { sha: string; distance: number } | undefined;
  for (const branch of new Set(candidates)) {
    const sha = remotes.map((remote) => tips.get(`${remote}/${branch}`)).find(isThere);
    if (sha === undefined) continue;
    const distance = Number(await git.line("rev-list", "--count", `${sha}..HEAD`));
    if (nearest === undefined || distance < nearest.distance) nearest = { sha, distance };
  }
  if (nearest === undefined) throw new Error("no remote knows a branch of this");
  return nearest.sha;
}

/** Commits by `<remote>/<branch>`. */
async function remoteTips(git: Git): Promise<Map<string, string>> {
  const format = "--format=%(objectname) %(refname:lstrip=2)";
  const lines = await git.lines("for-each-ref", format, "refs/remotes");
  return new Map(
    lines.map((line): [string, string] => {
      const at = line.indexOf(" ");
      return [line.slice(at + 1), line.slice(0, at)];
    }),
  );
}

async function defaultBranch(git: Git, remotes: readonly string[]): Promise<string[]> {
  for (const remote of remotes) {
    const prefix = `refs/remotes/${remote}/`;
    const head = await git.tried("symbolic-ref", "--quiet", `${prefix}HEAD`);
    if (head?.startsWith(prefix) === true) return [head.slice(prefix.length)];
  }
  for (const remote of remotes) {
    // Asks the remote, which may be out of reach.
    const told = await git.tried("remote", "show", remote);
    const branch = told?.match(/^\s*HEAD branch: (.+)$/m)?.[1];
    if (branch !== undefined && branch !== "(unknown)") return [branch];
  }
  for (const branch of ["main", "master"]) {
    const ref = `refs/heads/${branch}`;
    if ((await git.tried("rev-parse", "--verify", "--quiet", ref)) !== undefined) return [branch];
  }
  return [];
}

async function branchesWithHead(git: Git, remotes: readonly string[]): Promise<string[]> {
  const names = await git.lines(
    "for-each-ref",
    "--contains=HEAD",
    "--format=%(refname:lstrip=2)",
    "refs/remotes",
  );
  return names.flatMap((name) => {
    const remote = remotes.find((each) => name.startsWith(`${each}/`));
    return remote === undefined || name === `${remote}/HEAD` ? [] : [name.slice(remote.length + 1)];
  });
}

async function diffAgainst(git: Git, sha: string): Promise<string> {
  const tracked = await git.text("diff", ...diffOptions, sha);
  const untracked = await git.bytes(["ls-files", "--others", "--exclude-standard", "-z"]);
  return untracked.length === 0 ? tracked : tracked + (await additions(git, untracked));
}

/**
 * Untracked files as additions: put as intentions into an index that has nothing else. Names go by
 * stdin as they are, since not every name is text; objects go where the index is.
 */
async function additions(git: Git, names: Buffer): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "portico-diff-"));
  try {
    const env = { GIT_INDEX_FILE: join(scratch, "index"), GIT_OBJECT_DIRECTORY: scratch };
    const fromStdin = ["--pathspec-from-file=-", "--pathspec-file-nul"];
    await git.bytes(["--literal-pathspecs", "add", "--force", "-N", ...fromStdin], {
      input: filesOnly(names),
      env,
    });
    return (await git.bytes(["diff", ...diffOptions], { env })).toString("utf8");
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Without the folders, which are repositories of their own. */
function filesOnly(names: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let from = 0; from < names.length;) {
    const end = names.indexOf(0, from);
    const to = end === -1 ? names.length : end + 1;
    if (names[to - 2] !== slash) kept.push(names.subarray(from, to));
    from = to;
  }
  return Buffer.concat(kept);
}

const slash = 47;

function originFirst(one: string, other: string): number {
  return Number(other === "origin") - Number(one === "origin");
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
