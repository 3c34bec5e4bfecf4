import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LineFile } from "../../../../plugins/engine/rollout/line-file.ts";
import { folders } from "../stage.ts";

describe("a file of lines", () => {
  it("is made for its owner alone, and only where there is none", () => {
    const path = join(folders().root, "x.jsonl");
    new LineFile(path).create("one\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => new LineFile(path).create("two\n")).toThrow(/EEXIST/);
    expect(readFileSync(path, "utf8")).toBe("one\n");
  });

  it("has each line when append returns, also after a rest", async () => {
    const path = join(folders().root, "x.jsonl");
    const file = new LineFile(path);
    file.create("one\n");
    file.append("two\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
    await file.rest();
    file.append("three\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree\n");
    await file.rest();
    await file.rest();
  });

  it.each([
    ["", "next\n"],
    ["whole\n", "whole\nnext\n"],
    ["whole\ntor", "whole\ntor\nnext\n"],
  ])("acceptance 27: that ends in %j goes on with a line of its own", (before, after) => {
    const path = join(folders().root, "x.jsonl");
    writeFileSync(path, before);
    new LineFile(path).append("next\n");
    expect(readFileSync(path, "utf8")).toBe(after);
  });

  it("keeps what could not be written for the next time", () => {
    const path = join(folders().root, "x.jsonl");
    symlinkSync("/dev/full", path);
    const file = new LineFile(path);
    expect(() => file.append("one\n")).toThrow(/ENOSPC/);
    expect(() => file.append("two\n")).toThrow(/ENOSPC/);
    rmSync(path);
    expect(() => file.append("three\n")).toThrow(/ENOENT/);
    writeFileSync(path, "");
    file.append("four\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree\nfour\n");
  });
});
