import { describe, expect, it } from "vitest";
import { Calls, OpenCall } from "../../../host/rpc/calls.ts";

const unheard = () => undefined;

describe("calls", () => {
  it("are found by typed id", () => {
    const calls = new Calls();
    const number = calls.open(0, "m", unheard);
    const text = calls.open("0", "m", unheard);
    const empty = calls.open("", "m", unheard);
    calls.cancel("0");
    calls.cancel("none");
    expect([number, text, empty].map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
    expect([0, "0", "", 1].map((id) => calls.has(id))).toEqual([true, true, true, false]);
  });

  it("close once, and free their id", () => {
    const calls = new Calls();
    const call = calls.open(1, "m", unheard);
    expect(calls.close(call)).toBe(true);
    expect(calls.close(call)).toBe(false);
    expect(calls.has(1)).toBe(false);
  });

  it("tell when none is left", async () => {
    const calls = new Calls();
    await calls.idle();
    const [first, second] = [calls.open(1, "m", unheard), calls.open(2, "m", unheard)];
    let idle = false;
    const waiting = calls.idle().then(() => (idle = true));
    calls.close(first);
    await Promise.resolve();
    expect(idle).toBe(false);
    calls.close(second);
    await waiting;
  });

  it("run what waits for their end once, at once when they are over", () => {
    const call = new OpenCall(1, "m", unheard);
    const seen: string[] = [];
    call.onEnd(() => seen.push("kept"));
    call.onEnd(() => seen.push("dropped"))();
    call.cancel();
    call.end();
    call.onEnd(() => seen.push("late"));
    expect(seen).toEqual(["kept", "late"]);
  });

  it("are all aborted with one reason, and not cancelled by that", () => {
    const calls = new Calls();
    const call = calls.open(1, "m", unheard);
    const reason = new Error("over");
    calls.abortAll(reason);
    expect(call.signal.reason).toBe(reason);
    expect(call.cancelled).toBe(false);
    expect(calls.all()).toEqual([call]);
  });
});
