import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { program } from "../helpers/peer-process.ts";
import { tempFolder } from "../helpers/temp-folder.ts";
import { tempHome, type TempHome } from "../helpers/temp-home.ts";

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function run(file: string, args: readonly string[], at: TempHome): Promise<Ran> {
  const env = { ...process.env, PORTICO_HOME: at.home, HOME: at.root, NO_COLOR: "1" };
  const child = spawn(process.execPath, [file, ...args], {
    cwd: at.workspace,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (ran.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ran.stderr += text));
  [ran.code] = (await once(child, "close")) as [number];
  return ran;
}

function home(extra = 'model_provider = "offline"\n'): TempHome {
  const made = tempHome({ extra });
  onTestFinished(() => made.dispose());
  return made;
}

const patch = "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch";

describe("portico try", () => {
  it("shows the commands of a turn with their output, and ends with 0", async () => {
    const at = home();
    writeFileSync(join(at.workspace, "list.txt"), "milk\n");
    const { code, stdout } = await run(program, ["try", "read list.txt"], at);
    expect(stdout).toContain("milk");
    expect(stdout).toMatch(/tokens/);
    expect(code).toBe(0);
  });

  it.each([
    ["--yes", true],
    ["--no", false],
  ])("answers questions by %s where there is no terminal, and says so", async (flag, applied) => {
    const at = home();
    const args = ["try", flag, "--approval-policy", "untrusted", patch];
    const { code, stdout, stderr } = await run(program, args, at);
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(applied);
    expect(stdout + stderr).toMatch(/answered by the command line/);
    expect(code).toBe(0);
  });

  it("denies without a flag, and says that nobody was there", async () => {
    const at = home();
    const { stdout, stderr } = await run(program, ["try", "-a", "untrusted", patch], at);
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(false);
    expect(stdout + stderr).toMatch(/nobody/);
  });

  it("prints one JSON object a line with --json", async () => {
    const at = home();
    const { code, stdout } = await run(program, ["try", "--json", "--yes", "$ echo out"], at);
    const lines = stdout.trim().split("\n");
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe("event");
    expect(types.at(-1)).toBe("result");
    expect(code).toBe(0);
  });

  it.each<[string, string[], boolean]>([
    ["is told", [], true],
    ["is not told when it was asked for", ["-c", "sandbox_mode=workspace-write"], false],
    ["is not told when nothing was stopped", ["$ ls"], false],
  ])("how commands may write %s", async (_, args, told) => {
    const prompt =
      args[0]?.startsWith("$") === true ? args : ["$ touch /etc/portico-test", ...args];
    const { stdout } = await run(program, ["try", ...prompt], home());
    expect(stdout.includes("hint: the sandbox is read-only")).toBe(told);
    expect(stdout.includes("with -s workspace-write")).toBe(told);
  });

  it("ends with 1 when the turn failed, with 2 when it is called wrongly", async () => {
    const at = home('model_provider = "openai"\n');
    const failed = await run(program, ["try", "hello", "-c", "model_provider=nowhere"], at);
    expect(failed.code).toBe(1);
    expect(failed.stdout + failed.stderr).toContain("nowhere");
    expect((await run(program, ["try", "--sandbox", "none", "x"], at)).code).toBe(2);
  });
});

describe("the first start", () => {
  const start = fileURLToPath(new URL("../../scripts/start.mjs", import.meta.url));

  it("plays a turn that plans, reads, patches, asks and runs", async () => {
    const { code, stdout } = await run(start, [], home());
    for (const part of [/Plan/, /\+- bread/, /Allow Codex to run/, /answered by/, /✔ done/]) {
      expect(stdout).toMatch(part);
    }
    expect(code).toBe(0);
  });

  it.runIf(process.platform === "linux")(
    "leaves nothing behind when it is ended, and clears up after runs that were killed",
    async () => {
      const folder = tempFolder();
      // No process can have this id.
      mkdirSync(join(folder, "portico-start-4194305-abc/home"), { recursive: true });
      mkdirSync(join(folder, `portico-start-${process.pid}-abc`));
      const env = { ...process.env, TMPDIR: folder };
      const child = spawn(process.execPath, [start], { env, stdio: ["ignore", "pipe", "ignore"] });
      onTestFinished(() => void child.kill("SIGKILL"));
      const mine = () => readdirSync(folder).filter((name) => name.startsWith("portico-start-"));
      await once(child.stdout, "data");
      expect(mine()).toHaveLength(2);
      child.kill("SIGTERM");
      child.stdout.resume();
      await once(child, "close");
      // The server may be writing its last lines.
      await expect.poll(mine, { timeout: 1000 }).toEqual([`portico-start-${process.pid}-abc`]);
    },
  );
});

describe.runIf(existsSync("/usr/bin/script"))("a server at a terminal", () => {
  it("says in one line what it waits for", async () => {
    const command = `"${process.execPath}" "${program}" mcp`;
    const at = home();
    const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], {
      cwd: at.workspace,
      env: { ...process.env, PORTICO_HOME: at.home },
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let shown = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
    await expect.poll(() => shown, { timeout: 5000 }).toContain("\n");
    // Ctrl-D, as the line promises.
    child.stdin.write("\u0004");
    expect((await once(child, "close"))[0]).toBe(0);
    expect(shown).toContain("waits for an MCP client on stdin; Ctrl-D ends it");
  });
});

describe("a server that cannot start", () => {
  it("says where config.toml is broken, in one line, before it reads anything", async () => {
    const at = home("model = \n");
    const { code, stdout, stderr } = await run(program, ["mcp"], at);
    expect(stderr).toMatch(/^portico: .*config\.toml:1:\d+: [^\n]+\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(readFileSync(join(at.home, "config.toml"), "utf8")).toContain("model = ");
  });

  it.each([
    [["mcp", "-c", "novalue"], /novalue/],
    [["mcp", "--plugins", "nowhere.json"], /nowhere\.json/],
    [["serve"], /serve/],
    [["mcp", "--colour"], /--colour/],
  ])("names the word of %j", async (args, named) => {
    const { code, stdout, stderr } = await run(program, args, home());
    expect(stderr).toMatch(named);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});
