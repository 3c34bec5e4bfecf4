import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portico-launcher-"));
  const launcher = readFileSync(new URL("../../host/launcher.cjs", import.meta.url), "utf8");
  write("portico.cjs", launcher.replace('"unbuilt"', '"build1"'));
  write("cli.cjs", 'exports.run = () => process.stdout.write("started");');
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

it("hands the program its arguments", () => {
  write("cli.cjs", "exports.run = (argv) => process.stdout.write(JSON.stringify(argv));");
  expect(launch({ args: ["mcp", "-c", "a=1"] }).stdout).toBe('["mcp","-c","a=1"]');
});

it("loads a file once, whoever asks for it", () => {
  write("shared.cjs", "globalThis.loads = (globalThis.loads ?? 0) + 1; exports.name = 'shared';");
  write(
    "outside.cjs",
    "exports.basename = (url) => import(url).then(({ basename }) => basename('a/b'));" +
      "exports.name = require('./shared.cjs').name;",
  );
  write(
    "cli.cjs",
    `const { name } = require("./shared.cjs");
     const outside = require("./outside.cjs");
     const { sep } = require("node:path");
     exports.run = async () => {
       const found = [name, outside.name, await outside.basename("node:path"), sep, loads];
       process.stdout.write(found.join(" "));
     };`,
  );
  expect(launch().stdout).toBe("shared shared b / 1");
});

it("keeps compiled code, and leaves alone what is kept", () => {
  write("cli.cjs", "exports.run = (_, keepCode) => keepCode(false);");
  launch();
  const [file] = keptFiles();
  if (file === undefined) throw new Error("nothing is kept");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { mtimeMs, ino } = statSync(file);
  launch();
  expect(statSync(file)).toMatchObject({ mtimeMs, ino });
});

it("keeps the code anew that has run much further, when it is asked for all", () => {
  const work = "sum += [1, 2, 3].map((each) => each * each).length;".repeat(5);
  write(
    "cli.cjs",
    `function work() { let sum = 0; ${work} return sum; }
     exports.run = ([far], keepCode) => { if (far) work(); keepCode(Boolean(far)); };`,
  );
  launch();
  const before = keptFiles().map((file) => statSync(file).size);
  launch({ args: ["far"] });
  expect(keptFiles().map((file) => statSync(file).size)[0]).toBeGreaterThan(before[0] ?? Infinity);
});

it.each(["cut short", ""])("starts when what is kept is broken: %j", (content) => {
  write("cli.cjs", 'exports.run = (_, keepCode) => { keepCode(false); console.log("ran"); };');
  launch();
  for (const file of keptFiles()) writeFileSync(file, content);
  expect(launch()).toMatchObject({ status: 0, stdout: "ran\n", stderr: "" });
});

it.each(["/proc/missing", "/dev/null", "/missing/parent"])(
  "starts without a cache in %s",
  (cache) => {
    write("cli.cjs", 'exports.run = (_, keepCode) => { keepCode(true); console.log("ran"); };');
    expect(launch({ env: { XDG_CACHE_HOME: cache } })).toMatchObject({
      status: 0,
      stdout: "ran\n",
    });
  },
);

it("prefers the cache that was chosen for Node", () => {
  write("cli.cjs", "exports.run = (_, keepCode) => keepCode(false);");
  launch({ env: { NODE_COMPILE_CACHE: join(folder, "chosen") } });
  expect(readdirSync(join(folder, "chosen"))).toContain("portico");
  expect(existsSync(join(folder, "cache"))).toBe(false);
});

it.each([{ NODE_DISABLE_COMPILE_CACHE: "1" }, { NODE_OPTIONS: "--max-semi-space-size=8" }])(
  "keeps nothing with %j",
  (env) => {
    write("cli.cjs", "exports.run = (_, keepCode) => keepCode(true);");
    expect(launch({ env })).toMatchObject({ status: 0, stderr: "" });
    expect(existsSync(join(folder, "cache"))).toBe(false);
  },
);

interface Launch {
  /** What this Node says it is. */
  version?: string;
  env?: Record<string, string>;
  args?: string[];
}

function launch({ version, env = {}, args = [] }: Launch = {}) {
  const pretend = join(folder, "pretend.cjs");
  writeFileSync(
    pretend,
    `Object.defineProperty(process, "version", { value: "v${version}" });
     Object.defineProperty(process, "versions", { value: { node: "${version}" } });`,
  );
  const options = version === undefined ? [] : ["--require", pretend];
  return spawnSync(process.execPath, [...options, join(folder, "portico.cjs"), ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: join(folder, "cache"), ...env },
    timeout: 10_000,
  });
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function keptFiles(): string[] {
  const [build = ""] = readdirSync(join(folder, "cache/portico"));
  const files = join(folder, "cache/portico", build);
  return readdirSync(files).map((name) => join(files, name));
}
