import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { newFolder } from "../../../../plugins/fuzzy-search/files/folder.ts";
import { Skipped } from "../../../../plugins/fuzzy-search/files/list-folder.ts";
import { surroundings } from "../../../../plugins/fuzzy-search/files/surroundings.ts";
import { Walk } from "../../../../plugins/fuzzy-search/files/walk.ts";
import type { Segment } from "../../../../plugins/fuzzy-search/index/segment.ts";
import { git, gitEnv } from "../tree.ts";

const names = ["a", "b", "ab", "a.b", "b.a", "A", "é", "a b", "[a]", "!a", "#a", "a\\", "-"];
const name = fc.constantFrom(...names);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const pieces = `a b A é . / * ** ? **/ /** *** [ab] [!a] [^b] [a-b] [b-a] []a] [ [a \\ \\* \\! ! #
  [[:alpha:]] [[:upper:]] [[:nope:]] [A] [A-B] [!A] \\A [\\]] - [a-] [/] {a,b} ( + ^ $ |`.split(
  /\s+/,
);
const piece = fc.constantFrom(...pieces, " ", "\\ ", "\t", "\r");
const line = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
const ignoreFile = fc.array(line, { maxLength: 4 }).map((lines) => `${lines.join("\n")}\n`);

const scene = fc.record({
  files: fc.array(path, { minLength: 1, maxLength: 14 }),
  rules: fc.array(fc.tuple(fc.option(path), ignoreFile), { minLength: 1, maxLength: 3 }),
  exclude: ignoreFile,
  own: ignoreFile,
  ignoreCase: fc.boolean(),
});

function put(root: string, at: string, text: string): void {
  try {
    mkdirSync(dirname(join(root, at)), { recursive: true });
    writeFileSync(join(root, at), text);
  } catch {
    // A part of the path is a file already.
  }
}

it("leaves out what git leaves out", () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "portico-rules-")));
  let count = 0;
  try {
    fc.assert(
      fc.property(scene, ({ files, rules, exclude, own, ignoreCase }) => {
        count += 1;
        const root = join(base, String(count));
        mkdirSync(root);
        git(root, "init", "-q");
        git(root, "config", "core.ignoreCase", String(ignoreCase));
        git(root, "config", "core.excludesFile", join(base, `own${count}`));
        writeFileSync(join(base, `own${count}`), own);
        mkdirSync(join(root, ".git/info"), { recursive: true });
        writeFileSync(join(root, ".git/info/exclude"), exclude);
        for (const file of files) put(root, file, "");
        for (const [folder, text] of rules) put(root, join(folder ?? "", ".gitignore"), text);
        const args = ["ls-files", "-z", "-o", "--exclude-standard"];
        const expected = execFileSync("git", args, { cwd: root, env: gitEnv, encoding: "utf8" });
        const own2 = { excludesFile: join(base, `own${count}`), ignoreCase };
        expect(walked(root, own2)).toEqual(expected.split("\0").slice(0, -1).toSorted());
        rmSync(root, { recursive: true });
      }),
      { numRuns: Number(process.env["RUNS"] ?? 150) },
    );
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}, 600_000);

function walked(root: string, settings: { excludesFile: string; ignoreCase: boolean }): string[] {
  const { rules, personal } = surroundings(root, settings);
  const segments: Segment[] = [];
  const walk = new Walk({
    listing: {
      root,
      hidden: true,
      ignoreCase: settings.ignoreCase,
      personal,
      ruleFiles: new Set(),
      skipped: new Skipped(),
    },
    start: [newFolder("", rules)],
    onSegment: (segment) => void segments.push(segment),
  });
  while (!walk.step(1000));
  const all = segments.flatMap((each) =>
    Array.from({ length: each.count }, (_, at) => each.path(at)),
  );
  return all.toSorted();
}
