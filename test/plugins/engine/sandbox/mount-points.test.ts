import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  holdLink,
  holdMountPoint,
  sweepMountPoints,
} from "../../../../plugins/engine/sandbox/mount-points.ts";

const folder = mkdtempSync(join(tmpdir(), "portico-mounts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("holdMountPoint", () => {
  it("makes a folder and removes it with its last user", () => {
    const path = join(folder, "shared");
    const first = holdMountPoint(path);
    const second = holdMountPoint(path);
    expect(existsSync(path)).toBe(true);
    first?.();
    expect(existsSync(path)).toBe(true);
    second?.();
    expect(existsSync(path)).toBe(false);
  });

  it("leaves alone what was there before", () => {
    const path = join(folder, "there");
    mkdirSync(path);
    holdMountPoint(path)?.();
    expect(existsSync(path)).toBe(true);
  });

  it("leaves alone what became a repository meanwhile", () => {
    const path = join(folder, "filled");
    const release = holdMountPoint(path);
    writeFileSync(join(path, "HEAD"), "x");
    release?.();
    expect(existsSync(join(path, "HEAD"))).toBe(true);
  });

  it("gives nothing where no folder can be made", () => {
    expect(holdMountPoint(join(folder, "no/such/place"))).toBeUndefined();
  });
});

describe("marks", () => {
  const marks = join(folder, "marks");
  /** A process that has just ended. */
  const dead = spawnSync(process.execPath, ["--version"]).pid;
  const git = (name: string) => join(folder, name, ".git");
  /** The folder with a mark of ours; then the name of that mark. */
  const held = (name: string) => {
    mkdirSync(join(folder, name));
    const release = holdMountPoint(git(name), marks);
    const file = readdirSync(marks).find(
      (one) => readFileSync(join(marks, one), "utf8") === git(name),
    );
    return { release, mark: (pid: number) => join(marks, `${(file ?? "").split(".")[0]}.${pid}`) };
  };

  it("go with the folder", () => {
    const { release, mark } = held("one");
    expect([existsSync(mark(process.pid)), existsSync(git("one"))]).toEqual([true, true]);
    release?.();
    expect([existsSync(mark(process.pid)), existsSync(git("one"))]).toEqual([false, false]);
  });

  it("of living processes keep it: the last one to go removes it", () => {
    const { release, mark } = held("two");
    writeFileSync(mark(process.ppid), git("two"));
    sweepMountPoints(marks);
    release?.();
    expect(existsSync(git("two"))).toBe(true);
    const again = holdMountPoint(git("two"), marks);
    rmSync(mark(process.ppid));
    again?.();
    expect(existsSync(git("two"))).toBe(false);
  });

  it("of killed processes lead to what they left", () => {
    const { release, mark } = held("three");
    release?.();
    mkdirSync(git("three"));
    writeFileSync(mark(dead), git("three"));
    sweepMountPoints(marks);
    expect([existsSync(mark(dead)), existsSync(git("three"))]).toEqual([false, false]);
  });

  it("never cost a folder with something in it, nor one of another name", () => {
    const { release, mark } = held("four");
    release?.();
    mkdirSync(git("four"));
    writeFileSync(join(git("four"), "HEAD"), "x");
    writeFileSync(mark(dead), git("four"));
    const other = join(folder, "four", "empty");
    mkdirSync(other);
    writeFileSync(join(marks, `${"0".repeat(64)}.${dead}`), other);
    sweepMountPoints(marks);
    expect([existsSync(join(git("four"), "HEAD")), existsSync(other)]).toEqual([true, true]);
  });

  it("are no matter where they cannot be made", () => {
    const path = join(folder, "unmarked");
    const file = join(folder, "file");
    writeFileSync(file, "");
    holdMountPoint(path, join(file, "marks"))?.();
    expect(existsSync(path)).toBe(false);
  });
});

describe("holdLink", () => {
  it("puts a link back that was replaced or removed, and keeps what replaced it", () => {
    const place = join(folder, "links");
    const link = join(place, ".git");
    mkdirSync(place);
    symlinkSync("somewhere", link);
    const restore = holdLink(link);
    restore?.();
    unlinkSync(link);
    restore?.();
    expect(readlinkSync(link)).toBe("somewhere");
    unlinkSync(link);
    mkdirSync(link);
    writeFileSync(join(link, "config"), "evil");
    restore?.();
    expect(readlinkSync(link)).toBe("somewhere");
    const aside = readdirSync(place).find((name) => name.startsWith(".git.replaced-"));
    expect(readFileSync(join(place, aside ?? "", "config"), "utf8")).toBe("evil");
  });

  it("is for links only", () => {
    expect(holdLink(folder)).toBeUndefined();
    expect(holdLink(join(folder, "nothing"))).toBeUndefined();
  });
});
