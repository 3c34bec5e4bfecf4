import { describe, expect, it } from "vitest";
import { networkFilter } from "../../../../plugins/engine/sandbox/seccomp.ts";

const allow = 0x7fff0000;
const refuse = 0x00050001;

/** Runs a filter as the kernel does; only the instructions that filters of ours may hold. */
function verdict(filter: Buffer, data: { audit: number; call: number; args?: number[] }): number {
  const words = new Map([
    [0, data.call],
    [4, data.audit],
    ...(data.args ?? []).map((value, at) => [16 + at * 8, value] as const),
  ]);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const [code, jt, jf, k] = [
      filter.readUInt16LE(at),
      filter.readUInt8(at + 2),
      filter.readUInt8(at + 3),
      filter.readUInt32LE(at + 4),
    ];
    if (code === 0x06) return k;
    else if (code === 0x20) accumulator = words.get(k) ?? 0;
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x15) at += (accumulator === k ? jt : jf) * 8;
    else if (code === 0x35) at += (accumulator >= k ? jt : jf) * 8;
    else throw new Error(`unknown instruction: ${code}`);
  }
  throw new Error("the filter ends without an answer");
}

const x64 = networkFilter("x64") ?? Buffer.alloc(0);
const arm64 = networkFilter("arm64") ?? Buffer.alloc(0);
const [x86_64, i386, aarch64, arm] = [0xc000003e, 0x40000003, 0xc00000b7, 0x40000028];

/** filter, architecture, the numbers of socket, socketpair, ptrace, io_uring_setup, write. */
const machines = [
  ["x86_64", x64, x86_64, 41, 53, 101, 425, 1],
  ["i386", x64, i386, 359, 360, 26, 425, 4],
  ["aarch64", arm64, aarch64, 198, 199, 117, 425, 64],
  ["arm", arm64, arm, 281, 288, 26, 425, 4],
] as const;

describe.each(machines)(
  "networkFilter on %s",
  (_name, filter, audit, socket, pair, ptrace, ring, write) => {
    const ask = (call: number, ...args: number[]) => verdict(filter, { audit, call, args });

    it.each([
      ["internet sockets, which lead nowhere", socket, [2, 1], allow],
      ["version 6 of them", socket, [10, 2], allow],
      ["netlink", socket, [16, 3], allow],
      ["unix sockets", socket, [1, 1], refuse],
      ["vsock", socket, [40, 1], refuse],
      ["packet sockets", socket, [17, 3], refuse],
      ["stream pairs", pair, [1, 1], allow],
      ["stream pairs with flags", pair, [1, 0o2004001], allow],
      ["datagram pairs, which can be connected anew", pair, [1, 2], refuse],
      ["datagram pairs with flags", pair, [1, 0o2000002], refuse],
      ["ptrace", ptrace, [], refuse],
      ["io_uring, which opens sockets", ring, [], refuse],
      ["everything else", write, [1], allow],
    ] as const)("answers to %s", (_what, call, args, expected) => {
      expect(ask(call, ...args)).toBe(expected);
    });
  },
);

describe("networkFilter", () => {
  it("lets nothing of a foreign instruction set through", () => {
    expect(verdict(x64, { audit: aarch64, call: 1 })).toBe(refuse);
    expect(verdict(arm64, { audit: x86_64, call: 1 })).toBe(refuse);
  });

  it("refuses x32 numbers and the old call that multiplexes sockets", () => {
    expect(verdict(x64, { audit: x86_64, call: 0x40000000 | 41 })).toBe(refuse);
    expect(verdict(x64, { audit: i386, call: 102 })).toBe(refuse);
  });

  it("is not there for a processor it does not know", () => {
    expect(networkFilter("riscv64")).toBeUndefined();
  });
});

describe("networkFilter without a namespace", () => {
  const filter = networkFilter("x64", { namespace: false }) ?? Buffer.alloc(0);

  it.each([
    ["internet sockets", 41, [2, 1], refuse],
    ["internet sockets, version 6", 41, [10, 1], refuse],
    ["netlink", 41, [16, 3], refuse],
    ["unix sockets", 41, [1, 1], refuse],
    ["a pair of streams", 53, [1, 1], allow],
    ["a pair of datagram sockets", 53, [1, 2], refuse],
    ["rings", 425, [], refuse],
    ["writing", 1, [], allow],
  ])("decides about %s", (_what, call, args, expected) => {
    expect(verdict(filter, { audit: x86_64, call, args })).toBe(expected);
  });
});
