import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { engineOf, find, git, paths, tree, write } from "../tree.ts";

describe("a search", () => {
  it("finds tracked, new and hidden files, and what git tracks although it ignores it", async () => {
    const root = tree({
      ".gitignore": "*.gen\nout/\n",
      ".ignore": "never.gen\n",
      "kept.gen": "",
      "never.gen": "",
      "out/kept.gen": "",
      "out/other.gen": "",
      "new.gen": "",
      ".hidden.gent": "",
    });
    git(root, "init", "-q");
    git(root, "add", "-f", "kept.gen", "never.gen", "out/kept.gen");
    const found = await paths(engineOf(), root, "gen");
    expect(found.toSorted()).toEqual([".hidden.gent", "kept.gen", "out/kept.gen"]);
  });

  it("finds ignored files as soon as git tracks them, and no longer than that", async () => {
    const root = tree({ ".gitignore": "*.gen\n", "sub/one.gen": "", "two.gen": "", "a.ts": "" });
    git(root, "init", "-q");
    const engine = engineOf();
    expect(await paths(engine, root, "gen")).toEqual([]);
    git(root, "add", "-f", "sub/one.gen");
    expect(await paths(engine, root, "gen")).toEqual(["sub/one.gen"]);
    git(root, "add", "-f", "two.gen");
    expect(await paths(engine, root, "gen")).toEqual(["two.gen", "sub/one.gen"]);
    git(root, "rm", "-q", "--cached", "sub/one.gen", "two.gen");
    expect(await paths(engine, root, "gen")).toEqual([]);
  });

  it("gives the best 50 of each root, roots as they were given", async () => {
    const names = Array.from({ length: 60 }, (_, n) => `file${String(n).padStart(2, "0")}.ts`);
    const one = tree(names);
    const two = tree(names);
    const { files } = await find(engineOf(), [`${one}/`, two], "file");
    expect(files).toHaveLength(100);
    expect(new Set(files.map(({ root }) => root))).toEqual(new Set([`${one}/`, two]));
    expect(files.slice(0, 2).map(({ file_name: name }) => name)).toEqual([
      "file00.ts",
      "file00.ts",
    ]);
  });

  it("finds a file of overlapping roots once", async () => {
    const root = tree(["src/deep/file.ts", "file.md"]);
    symlinkSync(root, `${root}-link`);
    const roots = [root, join(root, "src"), join(root, "src/deep/"), root, `${root}-link`];
    const { files, notes } = await find(engineOf(), roots, "file");
    rmSync(`${root}-link`);
    expect(files.map(({ file_name: name }) => name).toSorted()).toEqual(["file.md", "file.ts"]);
    expect(notes).toEqual([]);
  });

  it("names roots that are none, and searches the others", async () => {
    const root = tree(["file.ts"]);
    const file = join(root, "file.ts");
    const { files, notes } = await find(engineOf(), ["/nowhere/x", file, root], "file");
    expect(files).toHaveLength(1);
    expect(notes).toEqual(['root does not exist: "/nowhere/x"', `root is not a folder: "${file}"`]);
  });

  it("tells what it could not list, however often it looked", async () => {
    const root = tree(["a"]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), "");
    const engine = engineOf({ maxWatches: 0 });
    for (let round = 0; round < 3; round += 1) {
      const { files, notes } = await find(engine, root, "a");
      expect(files.map(({ path }) => path)).toEqual(["a"]);
      expect(notes).toEqual([`1 name below "${root}" left out: not UTF-8`]);
    }
  });

  it("matches every file with a blank query, in the order of paths", async () => {
    const root = tree([...Array.from({ length: 120 }, (_, n) => `f${n}`), "B", "a/z"]);
    const { files } = await find(engineOf(), root, "  ");
    expect(files).toHaveLength(50);
    expect(files.slice(0, 3)).toEqual([
      { root, path: "B", file_name: "B", score: 0, indices: [] },
      { root, path: "a/z", file_name: "z", score: 0, indices: [] },
      { root, path: "f0", file_name: "f0", score: 0, indices: [] },
    ]);
  });

  it("can be in the order of scores", async () => {
    const root = tree(["ab", "a-b", "x/ab", "axxb", "a/b", "b/ab"]);
    const { files } = await find(engineOf(), root, "ab", { order: "score" });
    const sorted = files.toSorted((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
    expect(files).toEqual(sorted);
    expect(files).toHaveLength(6);
  });

  it("finds a word with one wrong, doubled, swapped or forgotten letter", async () => {
    const root = tree(["src/service.ts", "src/other.ts", "docs/settings.md"]);
    const engine = engineOf();
    for (const query of ["sercice", "serrvice", "sevrice", "servce"]) {
      expect((await paths(engine, root, query))[0]).toBe("src/service.ts");
    }
    expect(await paths(engine, root, "nothinglikeit")).toEqual([]);
    expect(await paths(engine, root, "sevrice", { order: "score" })).toEqual([]);
  });

  it("finds names of any script", async () => {
    const root = tree(["日本/設定.ts", "café.md", "cafe\u0301.txt", "Straße.c"]);
    const engine = engineOf();
    expect((await paths(engine, root, "設定"))[0]).toBe("日本/設定.ts");
    expect((await paths(engine, root, "cafe")).toSorted()).toEqual(["cafe\u0301.txt", "café.md"]);
    expect(await paths(engine, root, "café")).toEqual(["café.md"]);
    expect(await paths(engine, root, "straße")).toEqual(["Straße.c"]);
  });
});

describe.each([
  ["with watches", { maxWatches: 1000 }],
  ["without watches", { maxWatches: 0 }],
  ["with too few watches", { maxWatches: 2 }],
])("the next search, %s", (_, settings) => {
  it("finds what was created and not what was deleted", async () => {
    const root = tree(["a/one.ts", "b/c/two.ts", "empty/deep/"]);
    const engine = engineOf(settings);
    expect(await paths(engine, root, "ts")).toHaveLength(2);
    for (let n = 0; n < 5; n += 1) {
      write(join(root, `b/c/new${n}.ts`));
      expect(await paths(engine, root, `new${n}.ts`)).toContain(`b/c/new${n}.ts`);
    }
    write(join(root, "empty/deep/er/three.ts"));
    expect(await paths(engine, root, "three")).toEqual(["empty/deep/er/three.ts"]);
    write(join(root, "empty/deep/er/four.ts"));
    expect(await paths(engine, root, "four")).toEqual(["empty/deep/er/four.ts"]);
    rmSync(join(root, "a"), { recursive: true });
    expect(await paths(engine, root, "one")).toEqual([]);
  });

  it("follows folders that are renamed or replaced", async () => {
    const root = tree(["old/sub/x.ts"]);
    const engine = engineOf(settings);
    expect(await paths(engine, root, "x.ts")).toEqual(["old/sub/x.ts"]);
    renameSync(join(root, "old"), join(root, "new"));
    expect(await paths(engine, root, "x.ts")).toEqual(["new/sub/x.ts"]);
    write(join(root, "new/sub/y.ts"));
    expect(await paths(engine, root, "y.ts")).toEqual(["new/sub/y.ts"]);
    rmSync(join(root, "new"), { recursive: true });
    mkdirSync(join(root, "new/sub"), { recursive: true });
    expect(await paths(engine, root, "x.ts")).toEqual([]);
    write(join(root, "new/sub/z.ts"));
    expect(await paths(engine, root, "z.ts")).toEqual(["new/sub/z.ts"]);
  });

  it("honours ignore files that were written in between", async () => {
    const root = tree({ "a/x.log": "", "b/x.log": "", ".gitignore": "" });
    const engine = engineOf(settings);
    expect(await paths(engine, root, "x.log")).toHaveLength(2);
    write(join(root, "a/.gitignore"), "*.log\n");
    expect(await paths(engine, root, "x.log")).toEqual(["b/x.log"]);
    writeFileSync(join(root, ".gitignore"), "b\n");
    expect(await paths(engine, root, "x.log")).toEqual([]);
    rmSync(join(root, "a/.gitignore"));
    expect(await paths(engine, root, "x.log")).toEqual(["a/x.log"]);
  });
});

describe("a root above the limit", () => {
  it("is listed anew for every search, and answers as any other", async () => {
    const names = Array.from({ length: 40 }, (_, n) => `d${n}/file${n}.ts`);
    const root = tree(names);
    const engine = engineOf({ maxFiles: 10 });
    for (let n = 0; n < 2; n += 1) expect(await paths(engine, root, "file")).toHaveLength(40);
    write(join(root, "d1/late.ts"));
    expect(await paths(engine, root, "late")).toEqual(["d1/late.ts"]);
    rmSync(join(root, "d1/late.ts"));
    expect(await paths(engine, root, "late")).toEqual([]);
  });
});

describe("an engine", () => {
  it("drops roots that were not used for long", async () => {
    const root = tree(["a"]);
    const engine = engineOf({ forgetAfterMs: 0 });
    await find(engine, root, "a");
    expect(engine.isEmpty).toBe(false);
    engine.forget();
    expect(engine.isEmpty).toBe(true);
    expect(await paths(engine, root, "a")).toEqual(["a"]);
  });

  it("answers an aborted search with what it has", async () => {
    const root = tree(["a"]);
    const { files } = await find(engineOf(), root, "a", { signal: AbortSignal.abort() });
    expect(files.length).toBeLessThanOrEqual(1);
  });
});
