import { endianness } from "node:os";

/** What one instruction set calls the system calls that are refused; numbers from its kernel table. */
interface CallTable {
  /** AUDIT_ARCH_… */
  readonly audit: number;
  readonly refused: readonly number[];
  readonly socket: number;
  readonly socketpair: number;
}

// In each `refused`: ptrace, process_vm_readv, process_vm_writev, pidfd_getfd, io_uring_setup (it
// opens sockets past this filter), add_key, request_key, keyctl; on i386 also socketcall.
const tables = {
  x86_64: {
    audit: 0xc000003e,
    refused: [101, 310, 311, 438, 425, 248, 249, 250],
    socket: 41,
    socketpair: 53,
  },
  i386: {
    audit: 0x40000003,
    refused: [26, 347, 348, 438, 425, 286, 287, 288, 102],
    socket: 359,
    socketpair: 360,
  },
  aarch64: {
    audit: 0xc00000b7,
    refused: [117, 270, 271, 438, 425, 217, 218, 219],
    socket: 198,
    socketpair: 199,
  },
  arm: {
    audit: 0x40000028,
    refused: [26, 376, 377, 438, 425, 309, 310, 311],
    socket: 281,
    socketpair: 288,
  },
} as const satisfies Record<string, CallTable>;

const native: Partial<Record<NodeJS.Architecture, readonly CallTable[]>> = {
  x64: [tables.x86_64, tables.i386],
  arm64: [tables.aarch64, tables.arm],
};

// AF_INET, AF_INET6, AF_NETLINK: these three are empty in a network namespace of one's own. Unix
// sockets in the file system (docker.sock) and vsock are not.
const families = [2, 10, 16];
const datagram = 2;
const x32Bit = 0x40000000;

const allow = 0x7fff0000;
const refuse = 0x00050000 | 1; // SECCOMP_RET_ERRNO | EPERM

/**
 * A seccomp program (struct sock_filter[]) that refuses with EPERM what would reach past a network
 * namespace, or, without one, the network; undefined for a processor whose calls we do not know.
 */
export function networkFilter(
  arch: NodeJS.Architecture = process.arch,
  { namespace }: { readonly namespace: boolean } = { namespace: true },
): Buffer | undefined {
  const known = native[arch];
  const open = namespace ? families : [];
  if (known === undefined || endianness() !== "LE") return undefined;
  return encode([
    load(4),
    ...known.flatMap((table) => when(table.audit, callsOf(table, open))),
    // Another instruction set than these: nothing of it is known, so nothing of it is let through.
    answer(refuse),
  ]);
}

/** code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, jt: number, jf: number, k: number];

function callsOf(
  { refused, socket, socketpair }: CallTable,
  open: readonly number[],
): Instruction[] {
  return [
    load(0),
    // x32 numbers on x86_64; no other table reaches so far.
    [0x35, 0, 1, x32Bit],
    answer(refuse),
    ...refused.flatMap((call) => when(call, [answer(refuse)])),
    ...when(socket, [
      load(16),
      ...open.flatMap((family) => when(family, [answer(allow)])),
      answer(refuse),
    ]),
    // A pair of datagram sockets can be connected anew, to a socket in the file system.
    ...when(socketpair, [
      load(24),
      [0x54, 0, 0, 0xf],
      ...when(datagram, [answer(refuse)]),
      answer(allow),
    ]),
    answer(allow),
  ];
}

/** Runs `body`, which must end in an answer, when the loaded value is this one. */
function when(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x15, 0, body.length, value], ...body];
}

/** Loads a word of struct seccomp_data: 0 call, 4 architecture, 16 and 24 the first two arguments. */
function load(offset: number): Instruction {
  return [0x20, 0, 0, offset];
}

function answer(verdict: number): Instruction {
  return [0x06, 0, 0, verdict];
}

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code, jt, jf, k]] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(jt, at * 8 + 2);
    bytes.writeUInt8(jf, at * 8 + 3);
    bytes.writeUInt32LE(k, at * 8 + 4);
  }
  return bytes;
}
