import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ConversationRequest, JsonObject, ModelRequest } from "../../../core/index.ts";
import { engine, folders, scriptedModel, stage, text, write } from "./stage.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function promptOf(
  request: ConversationRequest,
  options: { config?: JsonObject; files?: Record<string, string>; home?: string } = {},
): Promise<ModelRequest & { texts: string[] }> {
  const place = folders();
  for (const [name, content] of Object.entries(options.files ?? {})) {
    write(place.root, name, content);
  }
  const at = await stage({ ...options, request, script: [text("x")] }, place);
  await at.say("the question");
  const asked = at.requests[0];
  if (asked === undefined) throw new Error("the model was not asked");
  const texts = asked.input.flatMap((entry) =>
    entry.type === "message"
      ? entry.content.flatMap((part) => ("text" in part ? [`${entry.role}: ${part.text}`] : []))
      : [],
  );
  return { ...asked, texts };
}

describe("a new conversation", () => {
  it("introduces itself before everything else", async () => {
    const { conversation, conversations, home, workspace } = await stage({
      config: { model_reasoning_effort: "high" },
    });
    expect(conversation.id).toMatch(uuid);
    expect(conversation.cwd).toBe(workspace);
    expect(conversations.find(conversation.id)).toBe(conversation);
    expect(conversations.find("other")).toBeUndefined();
    expect(conversation.startEvents).toEqual([
      {
        id: "",
        msg: {
          type: "session_configured",
          session_id: conversation.id,
          model: "scripted",
          reasoning_effort: "high",
          history_log_id: 0,
          history_entry_count: 0,
          rollout_path: expect.stringContaining(join(home, "sessions")) as string,
        },
      },
    ]);
  });

  it("tells which message history there is", async () => {
    const place = folders();
    const path = write(place.home, "history.jsonl", "{}\n{}\n{}\n");
    const { conversation } = await stage({}, place);
    expect(conversation.startEvents[0]?.msg).toMatchObject({
      history_log_id: statSync(path).ino,
      history_entry_count: 3,
    });
    expect(conversation.startEvents[0]?.msg).not.toHaveProperty("reasoning_effort");
  });

  it.each([
    ["a folder that is not there", { cwd: "no/such" }, /no\/such/],
    ["a file for a folder", { cwd: "../file" }, /file" is not a folder/],
  ])("with %s is refused and leaves nothing behind", async (_, request, problem) => {
    const place = folders();
    writeFileSync(join(place.root, "file"), "");
    const model = scriptedModel({});
    const conversations = engine({}, { place, model, complaints: [] });
    await expect(conversations.start(request)).rejects.toMatchObject({
      name: "ConversationError",
      kind: "session",
      message: expect.stringMatching(problem) as string,
    });
    expect(readdirSync(place.home)).toEqual([]);
  });

  it("that is cancelled while it starts leaves nothing behind", async () => {
    const place = folders();
    const conversations = engine({}, { place, model: scriptedModel({}), complaints: [] });
    await expect(conversations.start({}, AbortSignal.abort())).rejects.toMatchObject({
      kind: "session",
    });
    expect(readdirSync(place.home)).toEqual([]);
  });

  it("that cannot be recorded is refused by the path", async () => {
    const place = folders();
    rmSync(place.home, { recursive: true });
    writeFileSync(place.home, "a file in the way");
    const conversations = engine({}, { place, model: scriptedModel({}), complaints: [] });
    await expect(conversations.start({})).rejects.toMatchObject({
      kind: "session",
      message: expect.stringContaining(join(place.home, "sessions")) as string,
    });
  });

  it("is refused while the server closes", async () => {
    const place = folders();
    const conversations = engine({}, { place, model: scriptedModel({}), complaints: [] });
    await conversations.close();
    await expect(conversations.start({})).rejects.toMatchObject({ kind: "session" });
  });
});

const environment = (cwd: RegExp, rest: string) =>
  new RegExp(
    `^user: <environment_context>\n  <cwd>${cwd.source}</cwd>\n${rest}(  <shell>(bash|zsh)</shell>\n)?</environment_context>$`,
  );

describe("the prompt", () => {
  it("acceptance 7: opens with the environment and the person's words", async () => {
    const { texts, instructions } = await promptOf({});
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatch(
      environment(
        /\/.+\/work/,
        "  <approval_policy>on-request</approval_policy>\n  <sandbox_mode>read-only</sandbox_mode>\n  <network_access>restricted</network_access>\n",
      ),
    );
    expect(texts[1]).toBe("user: the question");
    expect(instructions).toContain("coding agent");
  });

  it("acceptance 7: names configured roots and network of a writable workspace", async () => {
    const { texts } = await promptOf(
      { sandbox: "workspace-write", approvalPolicy: "never" },
      { config: { sandbox_workspace_write: { writable_roots: ["/extra"], network_access: true } } },
    );
    expect(texts[0]).toMatch(
      environment(
        /\/.+\/work/,
        "  <approval_policy>never</approval_policy>\n  <sandbox_mode>workspace-write</sandbox_mode>\n  <network_access>enabled</network_access>\n  <writable_roots>\n    <root>/extra</root>\n  </writable_roots>\n",
      ),
    );
  });

  it("acceptance 6: has the standing wishes of person and project in front, outermost folder first", async () => {
    const { texts } = await promptOf(
      { cwd: "deep/er" },
      {
        config: { project_doc_fallback_filenames: ["NOTES.md"] },
        files: {
          "home/AGENTS.md": "\n be kind \n",
          "AGENTS.md": "outside the repository",
          "work/.git/HEAD": "",
          "work/AGENTS.md": "root\n",
          "work/deep/AGENTS.md": "  \n",
          "work/deep/er/NOTES.md": "deep",
        },
      },
    );
    expect(texts[0]).toBe(
      "user: <user_instructions>\n\nbe kind\n\n--- project-doc ---\n\nroot\n\n\ndeep\n\n</user_instructions>",
    );
    expect(texts).toHaveLength(3);
  });

  it.each<[JsonObject, string | undefined]>([
    [{ project_doc_max_bytes: 6 }, "123456"],
    [{ project_doc_max_bytes: 0 }, undefined],
    [{}, "123456789"],
  ])("cuts the project's wishes at the budget %o", async (config, expected) => {
    const { texts } = await promptOf({}, { config, files: { "work/AGENTS.md": "123456789" } });
    expect(texts[0]).toContain(
      expected === undefined ? "environment_context" : `\n\n${expected}\n\n</user_instructions>`,
    );
  });

  it("acceptance 6: spends the budget over all documents, outermost first", async () => {
    const files = { "work/.git/HEAD": "", "work/AGENTS.md": "1234", "work/sub/AGENTS.md": "5678" };
    const { texts } = await promptOf(
      { cwd: "sub" },
      { config: { project_doc_max_bytes: 6 }, files },
    );
    expect(texts[0]).toContain("\n\n1234\n\n56\n\n</user_instructions>");
  });

  it("acceptance 6: looks at the working folder alone outside a repository", async () => {
    const { texts } = await promptOf(
      { cwd: "sub" },
      { files: { "work/AGENTS.md": "above", "work/sub/AGENTS.md": "here" } },
    );
    expect(texts[0]).toBe("user: <user_instructions>\n\nhere\n\n</user_instructions>");
  });

  it("carries developer instructions as a message of their own", async () => {
    const { texts } = await promptOf({ developerInstructions: "speak Latin" });
    expect(texts[0]).toBe("developer: speak Latin");
  });

  it("takes instructions from the request, else from a file, as they are", async () => {
    const files = { "work/own.md": "\n from the file \n" };
    const config = { experimental_instructions_file: "own.md" };
    expect((await promptOf({}, { config, files })).instructions).toBe("from the file");
    const both = await promptOf({ baseInstructions: "from the request" }, { config, files });
    expect(both.instructions).toBe("from the request");
  });

  it.each([
    ["missing", {}],
    ["empty", { "work/own.md": " \n" }],
  ])("refuses a %s instructions file by its name", async (_, files) => {
    const config = { experimental_instructions_file: "own.md" };
    await expect(promptOf({}, { config, files: { ...files } })).rejects.toMatchObject({
      kind: "settings",
      message: expect.stringContaining("own.md") as string,
    });
  });
});

describe("defect 17: a local image in a message", () => {
  it.each([
    ["is sent as data", "pic.png", "input_image"],
    ["that is missing is said to the model", "none.png", "input_text"],
  ])("%s", async (_, path, type) => {
    const at = await stage({ script: [text("x")] });
    write(at.workspace, "pic.png", "png");
    const { outcome } = at.conversation.submit({
      items: [{ type: "local_image", path }],
      approve: () => Promise.reject(),
    });
    await outcome;
    const last = at.requests[0]?.input.at(-1);
    expect(last).toMatchObject({ role: "user", content: [{ type }] });
    expect(JSON.stringify(last)).toContain(
      type === "input_image" ? "data:image/png;base64,cG5n" : "none.png",
    );
  });
});
