import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isConversationError } from "../../../core/index.ts";
import type { CommandRequest, SandboxPolicy } from "../../../core/index.ts";
import { OneOffCommands } from "../../../plugins/engine/commands.ts";
import { folders, scriptedModel, surroundings, type StageOptions } from "./stage.ts";

const free: SandboxPolicy = { mode: "danger-full-access" };
const writing: SandboxPolicy = {
  mode: "workspace-write",
  network_access: false,
  exclude_tmpdir_env_var: true,
  exclude_slash_tmp: true,
};

function open(options: StageOptions = {}) {
  const place = folders();
  const parts = { place, model: scriptedModel(options), complaints: [] };
  const commands = new OneOffCommands(surroundings(options, parts));
  onTestFinished(() => commands.close());
  const problem = async (request: CommandRequest, signal?: AbortSignal) => {
    const error: unknown = await commands.run(request, signal).catch((cause: unknown) => cause);
    if (!isConversationError(error)) return error;
    const { code = "" } = (error.cause ?? {}) as { code?: string };
    return `${error.kind} ${code}: ${error.message}`;
  };
  return { ...place, commands, problem };
}

/** Whether a process is there and no zombie; its id stands in a file. */
function isAlive(file: string): boolean {
  const pid = readFileSync(file, "utf8").trim();
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("a single command", () => {
  it("gives its exit code and both streams, bytes that are no text replaced", async () => {
    const { commands } = open();
    const script = String.raw`printf 'out\377'; printf err >&2; exit 3`;
    expect(await commands.run({ command: ["bash", "-c", script] })).toEqual({
      exitCode: 3,
      stdout: "out\uFFFD",
      stderr: "err",
    });
  });

  it("runs in the folder asked for, relative to the server's, with nothing to read", async () => {
    const { commands, workspace } = open();
    mkdirSync(join(workspace, "sub"));
    const { stdout } = await commands.run({ command: ["bash", "-c", "pwd; cat"], cwd: "sub" });
    expect(stdout).toBe(`${join(workspace, "sub")}\n`);
  });

  it("is no shell", async () => {
    const { commands } = open();
    const { stdout } = await commands.run({ command: ["echo", "$HOME", "&&", "x"] });
    expect(stdout).toBe("$HOME && x\n");
  });

  it("hands over megabytes of output uncut", async () => {
    const { commands } = open();
    const script =
      "head -c 5000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2";
    const { stdout, stderr } = await commands.run({ command: ["bash", "-c", script] });
    expect(stdout === "x".repeat(5_000_000)).toBe(true);
    expect(stderr === "y".repeat(3_000_000)).toBe(true);
  });

  it("says what it leaves out of more output than a message can carry", async () => {
    const { commands } = open();
    const script = "head -c 70000000 /dev/zero | tr '\\0' x";
    const { stdout } = await commands.run({ command: ["bash", "-c", script], timeoutMs: 60_000 });
    const [marker = "", count] = /\n\[\.\.\. (\d+) bytes omitted \.\.\.\]\n/.exec(stdout) ?? [];
    expect(stdout.length - marker.length + Number(count)).toBe(70_000_000);
    expect(stdout.length).toBeGreaterThan(67_000_000);
  });

  it("has the environment that commands of the agent have", async () => {
    const config = { shell_environment_policy: { set: { ADDED: "1" } } };
    const { commands } = open({ config, env: { MY_TOKEN: "s3cret", PLAIN: "2" } });
    const { stdout } = await commands.run({ command: ["env"], sandboxPolicy: writing });
    const names = stdout.split("\n");
    expect(names).toEqual(expect.arrayContaining(["ADDED=1", "PLAIN=2"]));
    expect(names).toContain("CODEX_SANDBOX_NETWORK_DISABLED=1");
    expect(stdout).not.toContain("s3cret");
  });
});

describe("the sandbox of a single command", () => {
  it("acceptance 22: is that of the settings, by default one that may write nothing", async () => {
    const { commands, workspace } = open();
    const { exitCode, stderr } = await commands.run({ command: ["touch", "made"] });
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/Read-only file system|Permission denied/);
    expect(existsSync(join(workspace, "made"))).toBe(false);
  });

  it("acceptance 22: lets write where the policy of the request does, and nowhere else", async () => {
    const { commands, workspace, root } = open();
    const script = "touch made; touch ../outside";
    const { exitCode } = await commands.run({
      command: ["bash", "-c", script],
      sandboxPolicy: writing,
    });
    expect(exitCode).not.toBe(0);
    expect(existsSync(join(workspace, "made"))).toBe(true);
    expect(existsSync(join(root, "outside"))).toBe(false);
  });

  it("acceptance 22: is not left out where there is none", async () => {
    const { commands, problem, workspace } = open({
      config: { codex_linux_sandbox_exe: "/no/such/helper" },
    });
    expect(await problem({ command: ["touch", "made"] })).toMatch(
      /^session : .*\/no\/such\/helper/,
    );
    expect(existsSync(join(workspace, "made"))).toBe(false);
    const request = { command: ["touch", "made"], sandboxPolicy: free };
    expect(await commands.run(request)).toMatchObject({ exitCode: 0 });
  });

  it("is refused above the operator's ceiling", async () => {
    const config = { requirements: { sandbox_modes: ["read-only"] } };
    const { problem, workspace } = open({ config });
    expect(await problem({ command: ["touch", "made"], sandboxPolicy: free })).toMatch(
      /^request : sandbox "danger-full-access" is above \[requirements\]\.sandbox_modes/,
    );
    expect(existsSync(join(workspace, "made"))).toBe(false);
  });
});

describe("a single command that does not end well", () => {
  it.each<[string, CommandRequest, RegExp]>([
    ["empty", { command: [] }, /^request : command must not be empty$/],
    ["unknown", { command: ["ghost-program"] }, /^session ENOENT: .*"ghost-program"/],
    ["a folder", { command: ["/tmp"] }, /^session EACCES: .*"\/tmp"/],
    [
      "in no folder",
      { command: ["ls"], cwd: "/nowhere/at/all" },
      /^session ENOENT: .*\/nowhere\/at\/all/,
    ],
    [
      "given no time",
      { command: ["ls"], timeoutMs: 0 },
      /^session ETIMEDOUT: command timed out after 0 /,
    ],
    [
      "killed",
      { command: ["bash", "-c", "kill -9 $$"], sandboxPolicy: free },
      /^session KILLED: command was killed by a signal: SIGKILL$/,
    ],
  ])("is told by name: %s", async (_, request, told) => {
    expect(await open().problem(request)).toMatch(told);
  });

  it.each<[string, SandboxPolicy]>([
    ["inside of the sandbox", writing],
    ["outside of it", free],
  ])("is ended at its time limit with all that it started, %s", async (_, sandboxPolicy) => {
    const { problem, workspace } = open();
    const script = "sleep 60 & echo $! > pid; echo; wait";
    const request = { command: ["bash", "-c", script], timeoutMs: 400, sandboxPolicy };
    expect(await problem(request)).toBe(
      "session ETIMEDOUT: command timed out after 400 milliseconds",
    );
    if (sandboxPolicy === free) expect(isAlive(join(workspace, "pid"))).toBe(false);
  });

  it("is ended by its signal, and by the close", async () => {
    const { commands, problem, workspace } = open();
    const controller = new AbortController();
    const request = (name: string): CommandRequest => ({
      command: ["bash", "-c", `echo $$ > ${name}.tmp; mv ${name}.tmp ${name}; sleep 60`],
      timeoutMs: 60_000,
      sandboxPolicy: free,
    });
    const first = problem(request("a"), controller.signal);
    const second = problem(request("b"));
    const paths = ["a", "b"].map((name) => join(workspace, name));
    await expect.poll(() => paths.every((path) => existsSync(path))).toBe(true);
    controller.abort();
    expect(await first).toBe("session : the command was cancelled");
    await commands.close();
    expect(await second).toBe("session : the command was cancelled");
    expect(paths.map(isAlive)).toEqual([false, false]);
    expect(await problem({ command: ["ls"] })).toBe("session : the server is closing");
  });

  it("does not wait for a background process that holds its output", async () => {
    const { commands, workspace } = open();
    const script = "sleep 60 & echo $! > pid; echo done";
    const request = { command: ["bash", "-c", script], timeoutMs: 30_000, sandboxPolicy: free };
    expect(await commands.run(request)).toEqual({ exitCode: 0, stdout: "done\n", stderr: "" });
    process.kill(Number(readFileSync(join(workspace, "pid"), "utf8")));
  });
});
