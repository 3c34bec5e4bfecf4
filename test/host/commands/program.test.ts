import { execFile } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isStrangers } from "../../../host/config/places.ts";
import { program } from "../../helpers/peer-process.ts";
import { tempFolder } from "../../helpers/temp-folder.ts";

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a folder of its own, which is its home too. */
function run(
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; command?: string[] } = {},
) {
  const cwd = options.cwd ?? tempFolder();
  const env = { ...process.env, PORTICO_HOME: cwd, ...options.env };
  const [command = process.execPath, ...before] = options.command ?? [];
  return new Promise<Run>((resolve) => {
    const child = execFile(
      command,
      [...before, program, ...args],
      { cwd, env },
      (error, out, err) => {
        const code = typeof error?.code === "number" ? error.code : error === null ? 0 : -1;
        resolve({ code, stdout: out, stderr: err });
      },
    );
    child.stdin?.end();
  });
}

describe("portico", () => {
  it("prints its version", async () => {
    const { code, stdout } = await run(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("shows its help on stderr when no command is given", async () => {
    const { code, stdout, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: portico");
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["an unknown command", ["nope"], {}, /^portico: [A-Z_]+: unknown command 'nope'\n$/],
    [
      "an override without a value",
      ["mcp", "-c", "x"],
      {},
      /^portico: [A-Z_]+: -c "x": there is no "="\n$/,
    ],
    [
      "a broken config.toml",
      ["mcp"],
      { "config.toml": 'a = 1\nmodel = "x\n' },
      /^portico: [A-Z_]+: \S+config\.toml:2:\d+: [^\n]+\n$/,
    ],
    [
      "a broken plugins.config.json",
      ["mcp"],
      { "plugins.config.json": '{"plugins": {]}' },
      /^portico: [A-Z_]+: \S+plugins\.config\.json:1:14: unexpected "]"\n$/,
    ],
    [
      "a misspelt built-in",
      ["mcp"],
      { "plugins.config.json": '{"plugins": {"elicitaton": false}}' },
      /^portico: [A-Z_]+: \S+plugins\.config\.json: plugin "elicitaton": no built-in plugin \([^)]*elicitation[^)]*\) and no package found from \S+\n$/,
    ],
    [
      "a missing path",
      ["mcp"],
      { "plugins.config.json": '{"plugins": {"./nope.js": true}}' },
      /^portico: [A-Z_]+: \S+plugins\.config\.json: plugin ".\/nope.js": there is no file \S+nope\.js\n$/,
    ],
    [
      "a misspelt option",
      ["mcp"],
      { "plugins.config.json": '{"plugins": {"tools": {"evnts": "on"}}}' },
      /^portico: [A-Z_]+: \S+plugins\.config\.json: plugin "tools": unknown option "evnts"\n$/,
    ],
    [
      "a needed plugin that is switched off",
      ["mcp"],
      { "plugins.config.json": '{"plugins": {"engine": false}}' },
      /^portico: [A-Z_]+: \S+: (\w+ needs the service "conversations": engine provides it but is switched off(; )?)+\n$/,
    ],
  ])("ends with code 2 and one line for %s", async (_title, args, files, line) => {
    const { code, stdout, stderr } = await run(args, { cwd: tempFolder(files) });
    expect(stderr).toMatch(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("names a home folder that is not there", async () => {
    const { code, stderr } = await run(["mcp"], { env: { PORTICO_HOME: "/nope" } });
    expect(code).toBe(2);
    expect(stderr).toBe('portico: HOME_MISSING: PORTICO_HOME is "/nope": no such folder\n');
  });

  it("says that the folder it was started in is gone", async () => {
    const script = 'rmdir "$PWD" && exec "$0" "$@"';
    const { code, stderr } = await run(["mcp"], {
      cwd: join(tempFolder({ "at/file": "" }), "at"),
      command: ["sh", "-c", `rm file && ${script}`, process.execPath],
    });
    expect(code).toBe(2);
    expect(stderr).toBe("portico: FOLDER_MISSING: the working folder is gone\n");
  });
});

describe("a configuration of another user in a folder above", () => {
  it.runIf(process.getuid?.() === 0)("is not run, and named", async () => {
    const folder = tempFolder({
      "plugins.config.js": 'throw new Error("was run");\n',
      "work/config.toml": "",
    });
    chownSync(join(folder, "plugins.config.js"), 54_321, 54_321);
    const cwd = join(folder, "work");
    const text = `${join(folder, "plugins.config.js")} belongs to another user and is ignored`;
    const served = await run(["mcp"], { cwd });
    expect(served).toMatchObject({ code: 0, stdout: "" });
    expect(served.stderr).toContain(text);
    expect((await run(["doctor"], { cwd })).stdout).toContain(text);
    // In a folder of that user one works with that user's files.
    chownSync(cwd, 54_321, 54_321);
    expect((await run(["mcp"], { cwd })).stderr).toContain("was run");
  });

  it.each([
    ["ours", 1000, 1000, false],
    ["root's", 0, 1000, false],
    ["of the one whose folder we were started in", 1001, 1001, false],
    ["a stranger's", 1002, 1001, true],
  ])("is no other's when it is %s", (_, owner, start, expected) => {
    expect(isStrangers(owner, () => start, 1000)).toBe(expected);
  });
});

describe("portico plugins", () => {
  it("lists third-party plugins by path and package, from the file's folder", async () => {
    const example = (name: string) =>
      `${fileURLToPath(new URL("../../../examples/", import.meta.url))}${name}`;
    const fixture = new URL("../../fixtures/acme-notes/", import.meta.url);
    const { readFileSync } = await import("node:fs");
    const cwd = tempFolder({
      "conf/plugins.config.json": JSON.stringify({
        plugins: {
          "./greeter.ts": { word: "Hi" },
          "./greeter.js": true,
          "acme-notes": { notes: ["one"], required: true },
          "./broken.mjs": true,
        },
      }),
      "conf/greeter.ts": readFileSync(example("greeter.ts"), "utf8"),
      "conf/greeter.js": readFileSync(example("greeter.js"), "utf8"),
      "conf/broken.mjs": 'console.log("noise");\nexport default 5;\n',
      "conf/node_modules/acme-notes/package.json": readFileSync(
        new URL("package.json", fixture),
        "utf8",
      ),
      "conf/node_modules/acme-notes/index.js": readFileSync(new URL("index.js", fixture), "utf8"),
    });
    const args = ["plugins", "--json", "--plugins", "conf/plugins.config.json"];
    const { code, stdout } = await run(args, { cwd });
    expect(code).toBe(0);
    const { file, plugins } = JSON.parse(stdout) as { file: string; plugins: unknown[] };
    expect(file).toBe(join(cwd, "conf/plugins.config.json"));
    expect(plugins.slice(-4)).toMatchObject([
      { name: "greeter", state: "running", tools: ["meet"], methods: ["greeter/greet"] },
      { name: "plain-greeter", state: "running", source: join(cwd, "conf/greeter.js") },
      { name: "acme-notes", state: "running", version: "2.1.0", required: true },
      { name: "./broken.mjs", state: "failed" },
    ]);
  });

  it("tells people owners and states", async () => {
    const cwd = tempFolder({
      "plugins.config.json": '{"plugins": {"elicitation": false}}',
    });
    const { stdout } = await run(["plugins"], { cwd });
    expect(stdout).toContain(join(cwd, "plugins.config.json"));
    expect(stdout).toMatch(/^tools \S+: running \(built-in\)$/m);
    expect(stdout).toMatch(/^ {2}tools +codex, codex-reply$/m);
    expect(stdout).toMatch(/^elicitation: off \(built-in\)$/m);
  });
});

describe("portico doctor", () => {
  it("tells where settings came from, and no values", async () => {
    const cwd = tempFolder({
      "config.toml":
        'model_provider = "x"\n[model_providers.x]\nname = "x"\nbase_url = "http://127.0.0.1:9/v1"\nexperimental_bearer_token = "s3cret"\n',
    });
    const { code, stdout } = await run(["doctor", "-c", "model=m"], { cwd });
    expect(stdout).toContain(`model_provider from ${join(cwd, "config.toml")}`);
    expect(stdout).toContain("model from -c");
    expect(stdout).toContain("model_providers.x.experimental_bearer_token from");
    expect(stdout).not.toContain("s3cret");
    expect(stdout).toMatch(/^ok {2}plugin +engine/m);
    expect(stdout).toMatch(/^\S\S {2}sandbox/m);
    expect(stdout).toMatch(/^\S\S {2}git/m);
    expect(code).toBe(/^XX/m.test(stdout) ? 1 : 0);
  });

  it("names keys that nobody reads, and the ones that were meant", async () => {
    const cwd = tempFolder({
      "config.toml":
        'aproval_policy = "never"\nzzzzzzzz = 1\n[profiles.p]\nsandbox_mode = "read-only"\n[tui]\ntheme = "x"\n[mcp_servers.docs]\ncomand = "x"\ncommand = "true"\n',
    });
    const { stdout } = await run(["doctor", "-c", "model_providers.x.baseurl=1"], { cwd });
    const warnings = [
      ...stdout.matchAll(/^!! {2}setting +(\S+) from (\S+) is read by no plugin.*\n +(.*)/gm),
    ];
    const file = join(cwd, "config.toml");
    expect(warnings.map((found) => found.slice(1))).toEqual([
      ["aproval_policy", file, "did you mean approval_policy?"],
      ["zzzzzzzz", file, "plugins name in `settings` what they read"],
      ["profiles.p.sandbox_mode", file, expect.stringContaining("a profile holds only model, ")],
      ["mcp_servers.docs.comand", file, "did you mean mcp_servers.docs.command?"],
      ["model_providers.x.baseurl", "-c", "did you mean model_providers.x.base_url?"],
    ]);
  });

  it.runIf(process.platform === "linux")("finds a home that cannot be written", async () => {
    // Nobody may write there, whatever the rights of the person are.
    const { stdout } = await run(["doctor"], { env: { PORTICO_HOME: "/proc" } });
    expect(stdout).toMatch(/^!! {2}home +\/proc cannot be written, .*\n +make it writable/m);
  });

  it("reports a start that fails as a finding, with code 1", async () => {
    const cwd = tempFolder({ "plugins.config.json": '{"plugins": {"engine": 5}}' });
    const { code, stdout } = await run(["doctor", "--json"], { cwd });
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: object[] };
    expect(findings).toContainEqual({
      level: "error",
      subject: "start",
      message: `CONFIG_INVALID: ${join(cwd, "plugins.config.json")}: plugin "engine" must be true, false or an object, not 5`,
    });
  });

  it("calls a plugin that failed an error", async () => {
    const cwd = tempFolder({
      "plugins.config.json": '{"plugins": {"./bad.mjs": true}}',
      "bad.mjs": 'throw new Error("no luck");\n',
    });
    const { code, stdout } = await run(["doctor"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^XX {2}plugin +\.\/bad\.mjs: failed: .*no luck/m);
  });
});
