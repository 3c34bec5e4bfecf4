import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portico-launcher-"));
  copyFileSync(new URL("../../host/launcher.cjs", import.meta.url), join(folder, "portico.cjs"));
  writeFileSync(join(folder, "cli.cjs"), 'process.stdout.write("started");');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each(["0.10.48", "18.20.8", "20.20.2", "22.21.1", "23.11.0", "24.14.9"])(
  "names the Node it needs and exits 2 on %s",
  (version) => {
    const { status, stdout, stderr } = launch({ version });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`portico needs Node 22.22+ (22.x) or 24.15+; this is v${version} (`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  },
);

it.each(["22.22.0", "24.15.0", "25.0.0", "26.1.0"])("starts the program on %s", (version) => {
  expect(launch({ version })).toMatchObject({ status: 0, stdout: "started", stderr: "" });
});

it("asks for what package.json asks for", () => {
  expect(manifest.engines.node).toBe(">=22.22 <23 || >=24.15");
});

it("keeps compiled code in the cache folder", () => {
  expect(launch({ env: { XDG_CACHE_HOME: join(folder, "cache") } }).stdout).toBe("started");
  expect(existsSync(join(folder, "cache/portico/compiled"))).toBe(true);
});

it.each(["/proc/missing", "/dev/null", "/missing/parent"])(
  "starts without a cache in %s",
  (cache) => {
    expect(launch({ env: { XDG_CACHE_HOME: cache } })).toMatchObject({
      status: 0,
      stdout: "started",
    });
  },
);

it("leaves a cache that is already chosen alone", () => {
  const env = { XDG_CACHE_HOME: join(folder, "cache"), NODE_COMPILE_CACHE: join(folder, "chosen") };
  expect(launch({ env }).stdout).toBe("started");
  expect(existsSync(join(folder, "cache"))).toBe(false);
});

interface Launch {
  /** What this Node says it is. */
  version?: string;
  env?: Record<string, string>;
}

function launch({ version = process.versions.node, env = {} }: Launch) {
  const pretend = join(folder, "pretend.cjs");
  writeFileSync(
    pretend,
    `Object.defineProperty(process, "version", { value: "v${version}" });
     Object.defineProperty(process, "versions", { value: { node: "${version}" } });`,
  );
  return spawnSync(process.execPath, ["--require", pretend, join(folder, "portico.cjs")], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: join(folder, "cache"), ...env },
    timeout: 10_000,
  });
}
