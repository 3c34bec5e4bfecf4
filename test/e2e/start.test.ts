import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { question, scenarios, shellCall, textOf } from "../helpers/scenario.ts";
import { tempFolder } from "../helpers/temp-folder.ts";

const hook = fileURLToPath(new URL("../fixtures/loaded-files/hook.cjs", import.meta.url));
const start = scenarios({ script: [[shellCall(["touch", "here"])], "All done."] });

it("takes a first turn through with nothing loaded that it does not need", async () => {
  const file = join(tempFolder(), "loaded.txt");
  const { peer, codex } = await start({
    env: { NODE_OPTIONS: `--require=${JSON.stringify(hook)}`, LOADED_FILES: file },
  });
  const call = codex({ prompt: "make a file", "approval-policy": "untrusted" });
  peer.respond((await question(peer)).id, { action: "accept", content: { decision: "approved" } });
  expect(textOf(await peer.answer(call))).toBe("All done.");

  const loaded = readFileSync(file, "utf8").split("\n");
  expect(loaded).toEqual(expect.arrayContaining(["cli.cjs", "turn.cjs"]));
  const slow = /^(?:zod|schemas|cosmiconfig|pino|ai-sdk|unbash|diff|execa|model)|crypto$/;
  expect(loaded.filter((name) => slow.test(name.replace("NativeModule ", "")))).toEqual([]);
});
