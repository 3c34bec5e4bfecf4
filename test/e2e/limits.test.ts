import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProgram } from "../../plugins/engine/exec/startable.ts";
import { probeLandlock } from "../../plugins/engine/sandbox/landlocked.ts";
import { program } from "../helpers/peer-process.ts";
import { scenarios, shellCall, textOf, toolOutput } from "../helpers/scenario.ts";
import { tempFolder } from "../helpers/temp-folder.ts";

const start = scenarios({ script: ["Done."] });

const ceiling = [
  'sandbox_mode = "workspace-write"',
  "[requirements]",
  'sandbox_modes = ["read-only", "workspace-write"]',
  'approval_policies = ["untrusted", "on-request"]',
  "[profiles.free]",
  'approval_policy = "never"',
  "",
].join("\n");

describe("the operator's ceiling", () => {
  it.each([
    [{ sandbox: "danger-full-access" }, 'sandbox "danger-full-access" is above'],
    [{ "approval-policy": "never" }, 'approval policy "never" is above'],
    [{ profile: "free" }, 'approval_policy = "never" (from profile free) is above'],
    [{ config: { sandbox_mode: "danger-full-access" } }, "(from config) is above"],
    [{ config: { requirements: null } }, "[requirements] is for the operator"],
    [{ config: { "requirements.sandbox_modes": [] } }, "[requirements] is for the operator"],
    [{ config: { codex_linux_sandbox_exe: "/x" } }, "codex_linux_sandbox_exe in the config"],
  ])("refuses %j by name and starts nothing", async (args, message) => {
    const { peer, codex, model } = await start({ config: ceiling });
    const answer = await peer.answer(codex({ prompt: "go", ...args }));
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toContain(message);
    expect(model.requests).toEqual([]);
  });

  it("leaves everything below it as it was", async () => {
    const { peer, codex } = await start({ config: ceiling });
    const call = codex({ prompt: "go", sandbox: "read-only", "approval-policy": "untrusted" });
    expect(textOf(await peer.answer(call))).toBe("Done.");
  });

  it("may be set by the operator's -c, and names it", async () => {
    const { peer, codex } = await start({
      args: ["-c", 'requirements.sandbox_modes=["read-only"]'],
    });
    const answer = await peer.answer(codex({ prompt: "go", sandbox: "workspace-write" }));
    expect(textOf(answer)).toContain("(read-only) of -c");
  });

  it("is told by doctor", () => {
    const home = tempFolder({ "config.toml": ceiling });
    const text = execFileSync(process.execPath, [program, "doctor"], {
      env: { ...process.env, CODEX_HOME: home },
      encoding: "utf8",
    });
    expect(text).toMatch(/requirements +sandbox mode read-only, workspace-write; approval policy/);
  });
});

const landlock = await probeLandlock();
const lacking = landlock.available ? "" : ` (skipped: ${landlock.problem ?? ""})`;

describe.skipIf(lacking !== "")(`acceptance 22: a server without bubblewrap${lacking}`, () => {
  it("holds commands with Landlock and says once that this is weaker", async () => {
    const bin = join(tempFolder(), "bin");
    mkdirSync(bin);
    for (const name of ["sh", "touch"]) {
      const path = findProgram(name, { env: process.env, cwd: undefined });
      symlinkSync(path ?? "", join(bin, name));
    }
    const call = (id: string) =>
      shellCall(["sh", "-c", `touch in-${id}; touch ../out-${id}`], {}, id);
    const { peer, codex, model, home } = await start({
      script: [[call("one"), call("two")], "Done."],
      config:
        "[sandbox_workspace_write]\nexclude_slash_tmp = true\nexclude_tmpdir_env_var = true\n",
      env: { PATH: bin },
    });
    const args = { prompt: "go", sandbox: "workspace-write", "approval-policy": "never" };
    await peer.answer(codex(args));
    expect(toolOutput(await model.seen(2))).toMatch(/out-one.*Permission denied/);
    const written = (path: string) => existsSync(join(home.workspace, path));
    const files = ["in-one", "in-two", "../out-one", "../out-two"];
    expect(files.map(written)).toEqual([true, true, false, false]);
    const notices = peer.events().filter(({ type }) => type === "background_event");
    expect(notices).toHaveLength(1);
    expect(notices[0]?.["message"]).toMatch(/bubblewrap is not installed.*weaker.*apt-get install/);
  });
});
