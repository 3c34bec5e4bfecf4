import { existsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../../plugins/engine/folders.ts";
import { tempFolder } from "../../helpers/temp-folder.ts";

describe("making a folder", () => {
  it.each(["a", "a/b/c", ""])(
    "makes %j with those above it, and leaves it when it is there",
    (at) => {
      const path = join(tempFolder(), at);
      makeFolder(path);
      makeFolder(path);
      expect(statSync(path).isDirectory()).toBe(true);
    },
  );

  it.each([
    ["a file", "file", "EEXIST"],
    ["below a file", "file/below", "ENOTDIR"],
    ["a link to nothing", "dangling", "ENOENT"],
  ])("fails where %s is in the way", (_, at, code) => {
    const root = tempFolder();
    writeFileSync(join(root, "file"), "");
    symlinkSync("nowhere", join(root, "dangling"));
    expect(() => makeFolder(join(root, at))).toThrow(expect.objectContaining({ code }) as Error);
  });

  it.runIf(existsSync("/proc/self"))("fails, and ends, where nothing can be made", () => {
    expect(() => makeFolder("/proc/none/at/all")).toThrow(/ENOENT/);
  });
});
