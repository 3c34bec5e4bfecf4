import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSandbox } from "../../plugins/engine/sandbox/index.ts";
import { scenario, shellCall, toolOutput, type Scenario } from "../helpers/scenario.ts";
import type { Entry } from "../helpers/mock-model.ts";

const probe = await openSandbox({ env: process.env, helperPath: undefined }).probe();
const lacking =
  probe.mechanism === "bubblewrap" ? "" : ` (skipped: ${probe.problem ?? probe.mechanism})`;

/** What became of one call of the model. */
interface Ending {
  /** What was asked, in order. */
  asked: ("exec" | "patch")[];
  /** How often the command or the patch was begun. */
  begun: number;
  /** Which of the two files were written. */
  inside: boolean;
  outside: boolean;
  told: string;
}

describe.skipIf(lacking !== "")(
  `acceptance 11: policy and mode, in the built program${lacking}`,
  () => {
    let at: Scenario;
    let item: Entry;
    beforeAll(async () => {
      at = await scenario({
        script: (request) => (toolOutput(request) === "undefined" ? item : "Done."),
        // Everything here lies below /tmp.
        config:
          "[sandbox_workspace_write]\nexclude_slash_tmp = true\nexclude_tmpdir_env_var = true\n",
      });
    });
    afterAll(() => at.dispose());

    /** One turn in a folder of its own; every question is answered with yes. */
    async function turn(
      policy: string,
      sandbox: string,
      ask: (paths: { inside: string; outside: string }) => ReturnType<typeof shellCall>,
    ): Promise<Ending> {
      const { peer, model, codex, home } = at;
      const mark = peer.messages.length;
      const cwd = join(home.workspace, `turn-${mark}`);
      mkdirSync(cwd);
      const outside = join(home.workspace, `${basename(cwd)}-outside.txt`);
      item = [ask({ inside: "inside.txt", outside: `../${basename(outside)}` })];
      const call = codex({ prompt: "go", cwd, "approval-policy": policy, sandbox });
      const asked: Ending["asked"] = [];
      for (let from = mark; ;) {
        const next = await peer.waitFor(
          ({ id, method }) =>
            method === "elicitation/create" || (method === undefined && id === call),
          from,
        );
        if (next.method === undefined) break;
        asked.push(next.params?.["codex_elicitation"] === "exec-approval" ? "exec" : "patch");
        peer.respond(next.id, { action: "accept", content: { decision: "approved" } });
        from = peer.messages.indexOf(next) + 1;
      }
      const events = peer.messages.slice(mark).map(({ params }) => params?.["msg"]);
      const types = events.map((msg) => (msg as { type?: string } | undefined)?.type ?? "");
      const last = model.requests.at(-1);
      return {
        asked,
        begun: types.filter((type) => /^(exec_command|patch_apply)_begin$/.test(type)).length,
        inside: existsSync(join(cwd, "inside.txt")),
        outside: existsSync(outside),
        told: last === undefined ? "" : toolOutput(last),
      };
    }

    const both = { inside: true, outside: true };
    const none = { inside: false, outside: false };
    const insideOnly = { inside: true, outside: false };
    const asked = { asked: ["exec"], begun: 1, ...both, told: /"exit_code":0/ };
    const unasked = { asked: [], begun: 1 };
    const retried = { asked: ["exec"], begun: 2, ...both, told: /"exit_code":0/ };
    const stopped = { ...unasked, told: /Read-only file system.*"exit_code":1/ };
    const free = { ...unasked, ...both, told: /"exit_code":0/ };
    const refused = {
      asked: [],
      begun: 0,
      ...none,
      told: /is refused while the approval policy is/,
    };
    const [ro, ws, full] = ["read-only", "workspace-write", "danger-full-access"] as const;

    it.each([
      ["untrusted", ro, false, asked],
      ["untrusted", ws, false, asked],
      ["untrusted", full, false, asked],
      ["on-failure", ro, false, retried],
      ["on-failure", ws, false, retried],
      ["on-failure", full, false, free],
      ["on-request", ro, false, { ...stopped, ...none }],
      ["on-request", ws, false, { ...stopped, ...insideOnly }],
      ["on-request", full, false, free],
      ["never", ro, false, { ...stopped, ...none }],
      ["never", ws, false, { ...stopped, ...insideOnly }],
      ["never", full, false, free],
      ["untrusted", ws, true, refused],
      ["on-failure", ws, true, refused],
      ["on-request", ro, true, asked],
      ["on-request", ws, true, asked],
      ["on-request", full, true, free],
      ["never", ws, true, refused],
    ])("a command under %s, %s, escalated %s", async (policy, sandbox, escalated, expected) => {
      const { told, ...ending } = expected;
      const done = await turn(policy, sandbox, ({ inside, outside }) =>
        shellCall(
          ["sh", "-c", `touch ${inside}; touch ${outside}`],
          escalated ? { with_escalated_permissions: true } : {},
        ),
      );
      expect(done).toEqual({ ...ending, told: expect.stringMatching(told) as string });
    });

    const applied = { asked: [], begun: 1, told: /"exit_code":0/ };
    const yes = { asked: ["patch"], begun: 1, told: /"exit_code":0/ };
    const again = { asked: ["patch"], begun: 2, told: /"exit_code":0/ };
    const rejected = { asked: [], begun: 0, told: /^patch rejected/ };
    const outsideOnly = { inside: false, outside: true };

    it.each([
      ["untrusted", ws, "inside", { ...yes, ...insideOnly }],
      ["untrusted", ws, "outside", { ...yes, ...outsideOnly }],
      ["untrusted", ro, "inside", { ...yes, ...insideOnly }],
      ["untrusted", full, "outside", { ...yes, ...outsideOnly }],
      ["on-failure", ws, "inside", { ...applied, ...insideOnly }],
      ["on-failure", ws, "outside", { ...again, ...outsideOnly }],
      ["on-failure", ro, "inside", { ...again, ...insideOnly }],
      ["on-failure", full, "outside", { ...applied, ...outsideOnly }],
      ["on-request", ws, "inside", { ...applied, ...insideOnly }],
      ["on-request", ws, "outside", { ...yes, ...outsideOnly }],
      ["on-request", ro, "inside", { ...yes, ...insideOnly }],
      ["on-request", full, "outside", { ...applied, ...outsideOnly }],
      ["never", ws, "inside", { ...applied, ...insideOnly }],
      ["never", ws, "outside", { ...rejected, ...none }],
      ["never", ro, "inside", { ...rejected, ...none }],
      ["never", full, "outside", { ...applied, ...outsideOnly }],
    ] as const)("a patch under %s, %s, %s", async (policy, sandbox, where, expected) => {
      const { told, ...ending } = expected;
      const done = await turn(policy, sandbox, (paths) =>
        shellCall([
          "apply_patch",
          `*** Begin Patch\n*** Add File: ${paths[where]}\n+x\n*** End Patch`,
        ]),
      );
      expect(done).toEqual({ ...ending, told: expect.stringMatching(told) as string });
    });
  },
);
