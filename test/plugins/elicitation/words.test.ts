import { describe, expect, it } from "vitest";
import type { FileChange } from "../../../core/index.ts";
import { execWords } from "../../../plugins/elicitation/exec.ts";
import { patchWords } from "../../../plugins/elicitation/patch.ts";

const where = { conversationId: "thread", eventId: "2", callId: "call_1" };

describe("the question about a command", () => {
  const words = (cwd: string, reason?: string) =>
    execWords({
      ...where,
      kind: "exec",
      command: ["git", "init"],
      cwd,
      parsedCommand: [],
      ...(reason !== undefined && { reason }),
    });

  it("ends with the reason when there is one", () => {
    expect(words("/p").message).toBe("Allow Codex to run `git init` in `/p`?");
    expect(words("/p", "need a repository")).toMatchObject({
      message: "Allow Codex to run `git init` in `/p`?\nReason: need a repository",
      members: { codex_reason: "need a repository" },
    });
    expect(words("/p").members).not.toHaveProperty("codex_reason");
  });

  it("spells out what would hide text on a screen", () => {
    expect(words("/p\u202e", "\u001b[2Jharmless").message).toBe(
      "Allow Codex to run `git init` in `/p\\u202e`?\nReason: \\u001b[2Jharmless",
    );
  });
});

describe("the question about a patch", () => {
  const words = (changes: Record<string, FileChange>, more: object = {}) =>
    patchWords({ ...where, kind: "patch", changes, ...more });

  it("lists the files with their changes, sorted", () => {
    const { message } = words({
      "/p/c": {
        update: { unified_diff: "@@ -1,2 +1,2 @@\n keep\n--- old\n+new\n", move_path: null },
      },
      "/p/a": { add: { content: "1\n2" } },
      "/p/b": { delete: { content: "1\n2\n3\n" } },
      "/p/d": { update: { unified_diff: "@@ -0,0 +1 @@\n+x\n", move_path: "/p/e" } },
      "/p/f": { add: { content: "" } },
    });
    expect(message).toBe(
      [
        "Allow Codex to apply proposed code changes?",
        "A /p/a (+2 −0)",
        "D /p/b (+0 −3)",
        "M /p/c (+1 −1)",
        "M /p/d -> /p/e (+1 −0)",
        "A /p/f (+0 −0)",
      ].join("\n"),
    );
  });

  it("begins with the reason and ends with the root it would open", () => {
    const { message, members } = words(
      { "/p/a": { add: { content: "1\n" } } },
      { reason: "outside the workspace", grantRoot: "/p" },
    );
    expect(message.split("\n")).toEqual([
      "outside the workspace",
      "Allow Codex to apply proposed code changes?",
      "A /p/a (+1 −0)",
      "A yes also allows writing below /p for the rest of the session.",
    ]);
    expect(members).toMatchObject({
      codex_reason: "outside the workspace",
      codex_grant_root: "/p",
    });
  });

  it("names fifty files and counts the rest", () => {
    const changes = Object.fromEntries(
      Array.from({ length: 53 }, (_, n): [string, FileChange] => [
        `/p/${n}`,
        { add: { content: "" } },
      ]),
    );
    const lines = words(changes).message.split("\n");
    expect(lines).toHaveLength(52);
    expect(lines.at(-1)).toBe("… and 3 more files");
  });
});
