import { afterEach, describe, expect, it } from "vitest";
import { mockModel } from "../helpers/mock-model.ts";
import { PeerProcess } from "../helpers/peer-process.ts";
import { structuredOf, textOf } from "../helpers/scenario.ts";
import { tempHome } from "../helpers/temp-home.ts";

const open: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A home, and a way to start servers in it. */
async function place(answers: string[]) {
  const model = await mockModel(answers);
  const home = tempHome({ baseUrl: model.url });
  open.push(() => model.close(), home.dispose);
  const start = async (cwd = home.workspace) => {
    const peer = new PeerProcess(["mcp"], { cwd, env: { CODEX_HOME: home.home } });
    open.push(() => peer.dispose());
    await peer.initialize();
    return peer;
  };
  return { model, home, start };
}

function reply(peer: PeerProcess, threadId: unknown, prompt: string) {
  return peer.answer(
    peer.post("tools/call", { name: "codex-reply", arguments: { threadId, prompt } }),
  );
}

async function begin(peer: PeerProcess): Promise<unknown> {
  const call = peer.post("tools/call", { name: "codex", arguments: { prompt: "hello" } });
  return structuredOf(await peer.answer(call))["threadId"];
}

describe("codex-reply", () => {
  it("acceptance 27: goes on with the conversation of an earlier server, in its folder and with one prefix", async () => {
    const { model, home, start } = await place(["one", "two"]);
    const first = await start();
    const id = await begin(first);
    await first.end();
    const second = await start(home.root);
    expect(textOf(await reply(second, id, "more"))).toBe("two");
    const [before, after] = model.requests.map(({ body }) => body);
    const prefix = JSON.stringify(before?.["input"]).slice(0, -1);
    expect(JSON.stringify(after?.["input"]).startsWith(prefix)).toBe(true);
    expect(after?.["tools"]).toEqual(before?.["tools"]);
    expect(after?.["instructions"]).toBe(before?.["instructions"]);
    expect(after?.["prompt_cache_key"]).toBe(before?.["prompt_cache_key"]);
    expect(JSON.stringify(after?.["input"])).toContain(home.workspace);
  });

  it("acceptance 27: is told which other server has the conversation, and gets it after that one", async () => {
    const { start } = await place(["one", "two"]);
    const [first, second] = await Promise.all([start(), start()]);
    const id = await begin(first);
    expect(await reply(second, id, "more")).toMatchObject({
      result: {
        isError: true,
        content: [{ text: `conversation ${String(id)} is open in process ${first.child.pid}` }],
      },
    });
    await first.end();
    expect(textOf(await reply(second, id, "more"))).toBe("two");
  });

  it("with an id that no server ever gave is refused as before", async () => {
    const { start } = await place([]);
    const id = "0199ab00-0000-7000-8000-000000000000";
    expect(textOf(await reply(await start(), id, "more"))).toBe(
      `Session not found for conversation_id: ${id}`,
    );
  });
});
