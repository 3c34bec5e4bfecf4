import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { holdMountPoint } from "../../../../plugins/engine/sandbox/mount-points.ts";

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
