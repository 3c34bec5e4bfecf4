import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newFolder } from "../../../../plugins/fuzzy-search/files/folder.ts";
import { Git } from "../../../../plugins/fuzzy-search/files/git.ts";
import { type Listing, Skipped } from "../../../../plugins/fuzzy-search/files/list-folder.ts";
import { surroundings } from "../../../../plugins/fuzzy-search/files/surroundings.ts";
import { Walk } from "../../../../plugins/fuzzy-search/files/walk.ts";
import type { Segment } from "../../../../plugins/fuzzy-search/index/segment.ts";
import { git, gitEnv, tree, write } from "../tree.ts";

async function listed(root: string, more: Partial<Listing> = {}, env = {}) {
  const settings = await new Git({ ...gitEnv, ...env }).settings(
    root,
    new AbortController().signal,
  );
  const { rules, personal } = surroundings(root, settings);
  const skipped = new Skipped();
  const listing = {
    root,
    hidden: true,
    ignoreCase: settings.ignoreCase,
    personal,
    ruleFiles: new Set<string>(),
    skipped,
    ...more,
  };
  const segments: Segment[] = [];
  const onSegment = (segment: Segment) => void segments.push(segment);
  const walk = new Walk({ listing, start: [newFolder("", rules)], onSegment });
  while (!walk.step(0));
  const paths = segments.flatMap((each) =>
    Array.from({ length: each.count }, (_, at) => each.path(at)),
  );
  return { paths: paths.toSorted(), skipped };
}

describe("a listing", () => {
  it("honours nested and negated lines, near files before far ones", async () => {
    const root = tree({
      ".gitignore": "*.log\nbuild/\n!keep.log\n/only-top\n",
      "a.log": "",
      "keep.log": "",
      "build/x": "",
      "sub/.gitignore": "!a.log\nkeep.log\n",
      "sub/a.log": "",
      "sub/keep.log": "",
      "sub/build/x": "",
      "only-top": "",
      "sub/only-top": "",
    });
    expect((await listed(root)).paths).toEqual([
      ".gitignore",
      "keep.log",
      "sub/.gitignore",
      "sub/a.log",
      "sub/only-top",
    ]);
  });

  it("lets .ignore go before .gitignore, at any depth", async () => {
    const root = tree({
      ".ignore": "!wanted.log\nsecret\n",
      "sub/.gitignore": "*.log\n!secret\n",
      "sub/wanted.log": "",
      "sub/other.log": "",
      "sub/secret": "",
    });
    expect((await listed(root)).paths).toEqual([".ignore", "sub/.gitignore", "sub/wanted.log"]);
  });

  it("honours folders above the root, up to the top of the repository", async () => {
    const top = tree({ ".gitignore": "outer\n", "repo/.gitignore": "inner\n" });
    const root = join(top, "repo/deep/root");
    for (const name of ["outer", "inner", "kept"]) write(join(root, name));
    expect((await listed(root)).paths).toEqual(["kept"]);
    git(join(top, "repo"), "init", "-q");
    expect((await listed(root)).paths).toEqual(["kept", "outer"]);
  });

  it("honours info/exclude and the person's own file, also in a linked work tree", async () => {
    const root = tree({ "repo/a.own": "", "repo/a.excluded": "", "repo/a": "", own: "*.own\n" });
    const repo = join(root, "repo");
    git(repo, "init", "-q");
    writeFileSync(join(repo, ".git/info/exclude"), "*.excluded\n");
    git(repo, "config", "core.excludesFile", join(root, "own"));
    expect((await listed(repo)).paths).toEqual(["a"]);
    git(repo, "add", "a");
    git(repo, "commit", "-qm", "a");
    git(repo, "worktree", "add", "-q", join(root, "linked"));
    const linked = join(root, "linked");
    for (const name of ["b.own", "b.excluded", "b"]) write(join(linked, name));
    expect((await listed(linked)).paths).toEqual(["a", "b"]);
  });

  it("finds the person's own file where git looks when nothing names one", async () => {
    const root = tree({ "config/git/ignore": "*.own\n", "repo/a.own": "", "repo/a": "" });
    const env = { XDG_CONFIG_HOME: join(root, "config") };
    expect((await listed(join(root, "repo"), {}, env)).paths).toEqual(["a"]);
  });

  it("takes a repository inside of another for itself", async () => {
    const root = tree({
      ".gitignore": "*.log\n",
      "inner/a.log": "",
      "inner/.gitignore": "b\n",
      "inner/b": "",
    });
    git(join(root, "inner"), "init", "-q");
    expect((await listed(root)).paths).toEqual([".gitignore", "inner/.gitignore", "inner/a.log"]);
  });

  it("D9: has links as they are, never what is behind them, and no .git", async () => {
    const root = tree({ "in/a": "", "out/secret": "", "in/module/.git": "gitdir: /nowhere\n" });
    git(join(root, "in"), "init", "-q");
    symlinkSync("../out", join(root, "in/link"));
    symlinkSync("nowhere", join(root, "in/broken"));
    expect((await listed(join(root, "in"))).paths).toEqual(["a", "broken", "link"]);
  });

  it("leaves hidden names out where that is asked for", async () => {
    const root = tree([".a", ".b/c", "d/.e", "f"]);
    expect((await listed(root, { hidden: false })).paths).toEqual(["f"]);
    expect((await listed(root)).paths).toEqual([".a", ".b/c", "d/.e", "f"]);
  });

  it("goes on beside names that are not UTF-8, and counts them", async () => {
    const root = tree(["a", "\uFFFD.ts", "é.ts"]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x62, 0xff])]), "");
    mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xfe])]));
    const { paths, skipped } = await listed(root);
    expect(paths).toEqual(["a", "é.ts", "\uFFFD.ts"].toSorted());
    expect([...skipped.otherNames.values()]).toEqual([2]);
  });

  it("skips a folder that cannot be read, and counts it", async () => {
    const root = tree(["a", "locked/b"]);
    const readFolder: Listing["readFolder"] = (path) => {
      if (path.endsWith("/locked/")) throw Object.assign(new Error("no"), { code: "EACCES" });
      return readdirSync(path, { withFileTypes: true });
    };
    const { paths, skipped } = await listed(root, { readFolder });
    expect(paths).toEqual(["a"]);
    expect([...skipped.unreadable]).toEqual([`${root}/locked/`]);
  });
});
