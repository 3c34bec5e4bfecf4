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

  it("says who logged, with fields and stacks", async () => {
    const [, info, , error, late] = await logged({ PORTICO_LOG: "debug" });
    expect(info).toMatchObject({ plugin: "acme", n: 1 });
    expect(error).toMatchObject({ error: { message: "why", stack: expect.any(String) as string } });
    expect(late).toMatchObject({ plugin: "other" });
  });
});
