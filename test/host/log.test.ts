import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { HostLog } from "../../host/log.ts";

async function logged(env: Record<string, string>): Promise<Record<string, unknown>[]> {
  const stderr = new PassThrough();
  const log = new HostLog({ env, stderr });
  const acme = log.for("acme");
  acme.debug("d");
  acme.info("i", { n: 1 });
  acme.warn("w");
  acme.error("e", { error: new Error("why") });
  await log.flush();
  log.for("other").error("late");
  const text = String(stderr.read() ?? "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  it.each<[Record<string, string>, string[]]>([
    [{}, ["w", "e", "late"]],
    [{ PORTICO_LOG: "debug" }, ["d", "i", "w", "e", "late"]],
    [{ PORTICO_LOG: "trace" }, ["d", "i", "w", "e", "late"]],
    [{ PORTICO_LOG: "Info" }, ["i", "w", "e", "late"]],
    [{ PORTICO_LOG: "warning" }, ["w", "e", "late"]],
    [{ PORTICO_LOG: "error" }, ["e", "late"]],
    [{ PORTICO_LOG: "off" }, []],
    [{ PORTICO_LOG: "loud", RUST_LOG: "error" }, ["e", "late"]],
    [{ RUST_LOG: "debug" }, ["d", "i", "w", "e", "late"]],
    [{ RUST_LOG: "codex_core=debug" }, ["w", "e", "late"]],
  ])("under %o holds %j, in order", async (env, messages) => {
    expect((await logged(env)).map(({ msg }) => msg)).toEqual(messages);
  });

  it("keeps the message where the fields throw when they are looked at", async () => {
    const stderr = new PassThrough();
    const log = new HostLog({ env: {}, stderr });
    const error = new Proxy({}, { get: () => expect.fail("looked at") });
    log.for("acme").warn("odd", { error });
    await log.flush();
    expect(JSON.parse(String(stderr.read()))).toMatchObject({ plugin: "acme", msg: "odd" });
  });

  it("never waits for a reader: it drops what does not fit, and says how much", async () => {
    const stderr = new PassThrough({ highWaterMark: 0 });
    const log = new HostLog({ env: {}, stderr });
    const lines = 40;
    for (let line = 0; line < lines; line += 1) {
      log.for("acme").warn(String(line), { text: "x".repeat(100_000) });
    }
    await log.flush();
    expect(stderr.writableLength).toBeLessThan(2 * 1024 * 1024);
    const read: string[] = [];
    stderr.setEncoding("utf8").on("data", (text: string) => read.push(text));
    await log.flush();
    log.for("acme").warn("read again");
    await log.flush();
    const messages = read.map((text) => (JSON.parse(text) as { msg: string }).msg);
    const dropped = messages.findIndex((message) => message.includes("dropped"));
    expect(messages[dropped]).toContain(`${lines - dropped} lines`);
    expect(messages.slice(dropped + 1)).toEqual(["read again"]);
  });

  it("says who logged, with fields and stacks", async () => {
    const [, info, , error, late] = await logged({ PORTICO_LOG: "debug" });
    expect(info).toMatchObject({ plugin: "acme", n: 1 });
    expect(error).toMatchObject({ error: { message: "why", stack: expect.any(String) as string } });
    expect(late).toMatchObject({ plugin: "other" });
  });
});
