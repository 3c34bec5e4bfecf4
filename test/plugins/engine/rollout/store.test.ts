import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConversationPage } from "../../../../core/index.ts";
import { uuidV7 } from "../../../../plugins/engine/uuid.ts";
import {
  archivable,
  archiveRollout,
  findRollout,
  listRollouts,
  locateRollout,
} from "../../../../plugins/engine/rollout/store.ts";
import { folders } from "../stage.ts";
import { line, meta, record, said, userEvent, uuid } from "./records.ts";

const opening = said("user", "<environment_context>");

function conversation(n: number, message = `message ${n}`): string {
  return meta(uuid(n)) + opening + said("user", message) + userEvent(message);
}

/** Conversation n began n minutes after the first of January. */
function at(n: number): Date {
  return new Date(2025, 0, 1, 0, n);
}

function previews({ items }: ConversationPage): string[] {
  return items.map(({ preview }) => preview);
}

async function allPages(home: string, size: number): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | undefined; ;) {
    const page = await listRollouts(home, { size, ...(cursor !== undefined && { cursor }) });
    if (page.next === undefined) return pages;
    pages.push(previews(page));
    cursor = page.next;
  }
}

describe("the list of conversations", () => {
  it("acceptance 28: has the newest first, with the person's first words", async () => {
    const { home } = folders();
    const path = record(home, uuid(1), { at: at(1), content: conversation(1, " first \n") });
    record(home, uuid(2), { at: new Date(2025, 1, 1), content: conversation(2, "second") });
    const page = await listRollouts(home, {});
    expect(previews(page)).toEqual(["second", " first \n"]);
    expect(page.items[1]).toEqual({
      id: uuid(1),
      path,
      preview: " first \n",
      timestamp: "2025-10-01T10:00:00.000Z",
    });
    expect(page.next).toBe(`2025-01-01T00-01-00|${uuid(1)}`);
  });

  it("acceptance 28: orders conversations of one second by their ids", async () => {
    const { home } = folders();
    for (const n of [2, 3, 1]) record(home, uuid(n), { at: at(0), content: conversation(n) });
    expect(previews(await listRollouts(home, {}))).toEqual(["message 3", "message 2", "message 1"]);
  });

  it.each<[string, string, string[]]>([
    ["nothing said", meta(uuid(1)) + opening, []],
    ["no meta line", opening + userEvent("x"), []],
    ["nothing", "", []],
    ["junk before", `junk\n{}\n${conversation(1, "x")}`, ["x"]],
    [
      "its first message behind ten records",
      meta(uuid(1)) + opening.repeat(10) + userEvent("x"),
      [],
    ],
    [
      "its first message at the tenth record",
      meta(uuid(1)) + opening.repeat(9) + userEvent("x"),
      ["x"],
    ],
    [
      "words of the machine first",
      meta(uuid(1)) + userEvent("m", "environment_context") + userEvent("x"),
      ["x"],
    ],
    [
      "words without a kind",
      meta(uuid(1)) + line("event_msg", { type: "user_message", message: "x" }),
      ["x"],
    ],
    ["a picture alone", meta(uuid(1)) + userEvent(""), [""]],
    [
      "words that look like the machine's",
      conversation(1, "<environment_context> is what?"),
      ["<environment_context> is what?"],
    ],
    [
      "an editor's context first",
      conversation(1, "# Context\n\n## My request for Codex:\n fix it \n"),
      ["fix it"],
    ],
    [
      "a line as long as a picture",
      meta(uuid(1)) + said("user", "x".repeat(200_000)) + userEvent("x"),
      ["x"],
    ],
    ["a torn end", conversation(1, "x").slice(0, -1), ["x"]],
  ])("acceptance 28: shows of a record with %s: %#", async (_, content, expected) => {
    const { home } = folders();
    record(home, uuid(1), { at: at(1), content });
    expect(previews(await listRollouts(home, {}))).toEqual(expected);
  });

  it.each([
    ["no home", []],
    [
      "other files",
      ["sessions/2025/01/01/notes.txt", "sessions/2025/01/01/rollout-x.jsonl", "sessions/file"],
    ],
    ["other folders", ["sessions/a/b/c/x", "sessions/2025/x/1/x", "sessions/.locks/x"]],
    ["archived ones", [`archived_sessions/rollout-2025-01-01T00-00-00-${uuid(1)}.jsonl`]],
  ])("acceptance 28: is empty with %s", async (_, names) => {
    const { home } = folders();
    if (names.length === 0) rmSync(home, { recursive: true });
    for (const name of names) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), conversation(1));
    }
    expect(await listRollouts(home, {})).toEqual({ items: [] });
  });

  it("acceptance 28: of no size has nothing, an unreadable cursor begins again", async () => {
    const { home } = folders();
    record(home, uuid(1), { at: at(1), content: conversation(1) });
    expect(await listRollouts(home, { size: 0 })).toEqual({ items: [] });
    expect(previews(await listRollouts(home, { cursor: "yesterday" }))).toEqual(["message 1"]);
  });

  it("acceptance 28: goes on behind a hundred empty records", async () => {
    const { home } = folders();
    record(home, uuid(0), { at: at(0), content: conversation(0) });
    for (let n = 1; n <= 120; n += 1) record(home, uuid(n), { at: at(n), content: meta(uuid(n)) });
    expect(await allPages(home, 10)).toEqual([[], ["message 0"]]);
  });

  it("acceptance 28: neither repeats nor skips while new conversations begin", async () => {
    const { home } = folders();
    for (let n = 1; n <= 5; n += 1) record(home, uuid(n), { at: at(n), content: conversation(n) });
    const first = await listRollouts(home, { size: 2 });
    record(home, uuid(6), { at: at(6), content: conversation(6) });
    record(home, uuid(7), { at: new Date(2025, 5, 1), content: conversation(7) });
    const second = await listRollouts(home, { size: 2, cursor: first.next ?? "" });
    const third = await listRollouts(home, { size: 2, cursor: second.next ?? "" });
    expect([first, second, third].map(previews)).toEqual([
      ["message 5", "message 4"],
      ["message 3", "message 2"],
      ["message 1"],
    ]);
    expect(await listRollouts(home, { size: 2, cursor: third.next ?? "" })).toEqual({ items: [] });
  });
});

describe("twenty thousand conversations", () => {
  const count = 20_000;
  let home = "";

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "portico-list-"));
    for (let n = 0; n < count; n += 1) {
      // Ten a day, and one day with half of them.
      const day = n < count / 2 ? new Date(2024, 0, 1, 0, 0, 0) : new Date(2020, 0, n / 10);
      const content = n % 2000 === 0 ? conversation(n) : "";
      record(home, uuid(n), { at: day, content });
    }
    return () => rmSync(home, { recursive: true, force: true });
    // So many files take a busy disk its time.
  }, 60_000);

  it("acceptance 28: give a page without being read, and are all reached", async () => {
    const seen: string[] = [];
    const pages = await allPages(home, 1000);
    for (const page of pages) seen.push(...page);
    expect(pages).toHaveLength(count / 1000);
    expect(seen.toSorted()).toEqual(
      Array.from({ length: 10 }, (_, n) => `message ${n * 2000}`).toSorted(),
    );
  });

  it("give one by its id", async () => {
    expect(await findRollout(home, uuid(19_990))).toMatch(new RegExp(`${uuid(19_990)}\\.jsonl$`));
    expect(await findRollout(home, uuid(count))).toBeUndefined();
  });
});

describe("a record", () => {
  it("is found by its id in any folder", async () => {
    const { home } = folders();
    const now = new Date();
    const ids = [uuidV7(), uuidV7(Date.now() - 86_400_000), "0199ab00-0000-4000-8000-000000000001"];
    for (const id of ids) {
      const path = record(home, id, { at: now, content: meta(id) });
      expect(await findRollout(home, id)).toBe(path);
    }
    await expect(locateRollout(home, { id: "../x", path: undefined })).rejects.toMatchObject({
      kind: "missing",
      message: 'no record of conversation "../x"',
    });
  });

  it.each([
    ["is not there", undefined, { kind: "missing", message: /ENOENT/ }],
    ["is empty", "", { kind: "session", message: /^empty session file$/ }],
    [
      "names nobody",
      userEvent("x"),
      { kind: "session", message: /^failed to parse conversation ID from rollout file$/ },
    ],
  ])("that %s cannot be located by its path", async (_, content, problem) => {
    const path = join(folders().root, "some.jsonl");
    if (content !== undefined) writeFileSync(path, content);
    await expect(locateRollout("/none", { id: undefined, path })).rejects.toMatchObject({
      kind: problem.kind,
      message: expect.stringMatching(problem.message) as string,
    });
  });

  it("has the id that stands in it, whatever its name", async () => {
    const path = join(folders().root, "some.jsonl");
    writeFileSync(path, meta(uuid(4)));
    expect(await locateRollout("/none", { id: undefined, path })).toEqual({ id: uuid(4), path });
  });

  it("is moved to the archive under its name", async () => {
    const { home } = folders();
    const path = record(home, uuid(1), { at: at(1), content: conversation(1) });
    await archiveRollout(home, uuid(1), await archivable(home, uuid(1), path));
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(join(home, "archived_sessions"))).toEqual([
      `rollout-2025-01-01T00-01-00-${uuid(1)}.jsonl`,
    ]);
    expect(await listRollouts(home, {})).toEqual({ items: [] });
    expect(await findRollout(home, uuid(1))).toBeUndefined();
  });

  it.each<[string, (home: string, path: string) => string, number, string]>([
    [
      "outside of the sessions",
      (home) => join(home, "..", "x.jsonl"),
      1,
      "must be in sessions directory",
    ],
    [
      "that is missing",
      (home) => join(home, "sessions", "none.jsonl"),
      1,
      "must be in sessions directory",
    ],
    [
      "that only seems inside",
      (home) => join(home, "sessions", "link.jsonl"),
      1,
      "must be in sessions directory",
    ],
    ["of another conversation", (_, path) => path, 2, `does not match conversation id ${uuid(2)}`],
  ])("%s is not archived", async (_, choose, id, problem) => {
    const { home, root } = folders();
    const inside = record(home, uuid(1), { at: at(1), content: conversation(1) });
    writeFileSync(join(root, "x.jsonl"), "");
    symlinkSync(join(root, "x.jsonl"), join(home, "sessions", "link.jsonl"));
    const path = choose(home, inside);
    await expect(archivable(home, uuid(id), path)).rejects.toMatchObject({
      kind: "request",
      message: `rollout path \`${path}\` ${problem}`,
    });
  });
});
