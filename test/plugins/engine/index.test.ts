import { describe, expect, it } from "vitest";
import { isConversationError } from "../../../core/index.ts";
import type { Settings } from "../../../core/index.ts";
import { examineSandbox } from "../../../plugins/engine/diagnostic.ts";
import engine from "../../../plugins/engine/index.ts";
import { uuidV7 } from "../../../plugins/engine/uuid.ts";

const environment = { env: { PATH: process.env["PATH"] }, cwd: "/", version: "1" };

function settings(values: Record<string, string>): Settings {
  const load = () => Promise.resolve({ values, profile: undefined, source: () => undefined });
  return { home: "/nowhere", load };
}

describe("the engine", () => {
  it("provides conversations, commands and tools of the model, needs settings and models", () => {
    const provided = engine.provides?.map(({ id }) => id);
    expect(provided).toEqual(["agent-tools", "commands", "conversations"]);
    expect(Object.values(engine.needs ?? {}).map(({ id }) => id)).toEqual(["settings", "models"]);
  });

  it("says what is missing for a sandbox and what to do about it", async () => {
    const values = { codex_linux_sandbox_exe: "/no/such/helper" };
    const [finding] = await examineSandbox(settings(values), environment);
    expect(finding).toMatchObject({ level: "warning", subject: "sandbox" });
    expect(finding?.message).toContain("/no/such/helper");
  });

  it("lets a broken setting be told as such", async () => {
    const problem = await examineSandbox(settings({ sandbox_mode: "odd" }), environment).catch(
      (error: unknown) => error,
    );
    expect(isConversationError(problem)).toBe(true);
  });
});

describe("ids of conversations", () => {
  it("sort by time and never repeat", () => {
    const ids = [1, 2, 3].map((now) => uuidV7(now * 1000));
    expect(ids.toSorted()).toEqual(ids);
    expect(uuidV7(0x0123456789ab)).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    expect(uuidV7(1)).not.toBe(uuidV7(1));
  });
});
