import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { decide, readKey } from "../../../plugins/terminal/ask.ts";

describe("a typed answer", () => {
  it.each([
    ["y", { decision: "approved", by: "person" }],
    [" YES ", { decision: "approved", by: "person" }],
    ["a", { decision: "approved_for_session", by: "person" }],
    ["n", { decision: "denied", by: "person" }],
    ["n  use git mv ", { decision: "denied", by: "person", note: "use git mv" }],
    ["x", { decision: "abort", by: "person" }],
    ["", undefined],
    ["maybe", undefined],
    ["yep", undefined],
  ])("%j means %j", (line, decision) => {
    expect(readKey(line)).toEqual(decision);
  });
});

class Terminal extends PassThrough {
  readonly isTTY = true;
}

function ask(answer?: "yes" | "no") {
  const stdin = new Terminal();
  const output = new Terminal();
  const withdrawal = new AbortController();
  let interrupts = 0;
  const decision = decide({
    answer,
    streams: { stdin, stdout: output, stderr: output },
    output,
    signal: withdrawal.signal,
    interrupted: () => (interrupts += 1),
  });
  return { stdin, output, withdrawal, decision, interrupts: () => interrupts };
}

describe("a question at a terminal", () => {
  it("is put again until the answer makes sense", async () => {
    const { stdin, output, decision } = ask();
    stdin.write("what?\n");
    stdin.write("n not today\n");
    expect(await decision).toEqual({ decision: "denied", by: "person", note: "not today" });
    expect(String(output.read())).toContain("y, a, n or x?");
  });

  it("is not put where a flag answers", async () => {
    const { output, decision } = ask("yes");
    expect(await decision).toEqual({ decision: "approved", by: "flag" });
    expect(output.read()).toBe(null);
  });

  it("is denied at the end of input", async () => {
    const { stdin, decision } = ask();
    stdin.write("\u0004");
    expect(await decision).toMatchObject({ decision: "denied", by: "nobody" });
  });

  it("ends when it is withdrawn", async () => {
    const { withdrawal, decision } = ask();
    withdrawal.abort();
    expect(await decision).toMatchObject({ decision: "denied", by: "nobody" });
  });

  it("hears Ctrl-C", async () => {
    const { stdin, withdrawal, decision, interrupts } = ask();
    stdin.write("\u0003");
    withdrawal.abort();
    await decision;
    expect(interrupts()).toBe(1);
  });
});
