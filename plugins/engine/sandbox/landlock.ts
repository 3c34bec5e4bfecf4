// The numbers and structures of Landlock and of the calls around it: <linux/landlock.h>,
// <linux/prctl.h>, <linux/seccomp.h>. The call numbers are the same on every processor.

export const systemCalls = {
  closeRange: 436,
  createRuleset: 444,
  addRule: 445,
  restrictSelf: 446,
} as const;

/** flags of landlock_create_ruleset: the answer is the version of the interface. */
export const askVersion = 1;
/** enum landlock_rule_type */
export const pathBeneath = 1;

// LANDLOCK_ACCESS_FS_…; execute, read file and read folder (bits 0, 2, 3) are never restricted.
const writeFile = 1n << 1n;
const makeDevice = (1n << 6n) | (1n << 11n);
const folderRights =
  (1n << 4n) | // remove a folder
  (1n << 5n) | // remove a file
  (1n << 7n) | // make a folder
  (1n << 8n) | // a file
  (1n << 9n) | // a socket
  (1n << 10n) | // a pipe
  (1n << 12n); // a link
const refer = 1n << 13n;
const truncate = 1n << 14n;
const controlDevice = 1n << 15n;

/** Rights to write, as the kernel with this version knows them. */
export interface Rights {
  /** All that a ruleset takes away. */
  readonly restricted: bigint;
  /** Given back below a folder. No devices: as root, one made there is the disk itself. */
  readonly folder: bigint;
  /** Given back for one file. */
  readonly file: bigint;
}

/** Version 2 (Linux 5.19) moves between folders, 3 (6.2) cuts files, 5 (6.10) controls devices. */
export function rightsOf(version: number): Rights {
  const file = writeFile | (version >= 3 ? truncate : 0n) | (version >= 5 ? controlDevice : 0n);
  const folder = file | folderRights | (version >= 2 ? refer : 0n);
  return { restricted: folder | makeDevice, folder, file };
}

/**
 * struct landlock_ruleset_attr, as long as this version knows it. `scoped` (6: Linux 6.12) keeps
 * signals and abstract unix sockets inside.
 */
export function rulesetAttributes(version: number): Buffer {
  const words = [rightsOf(version).restricted];
  if (version >= 4) words.push(0n);
  if (version >= 6) words.push(0b11n);
  const bytes = Buffer.alloc(words.length * 8);
  for (const [at, word] of words.entries()) write64(bytes, word, at * 8);
  return bytes;
}

/** struct landlock_path_beneath_attr, which is packed: the rights, then the open folder. */
export function pathBeneathAttributes(rights: bigint, descriptor: number): Buffer {
  const bytes = Buffer.alloc(12);
  write64(bytes, rights, 0);
  bytes.writeInt32LE(descriptor, 8);
  return bytes;
}

/** struct sock_fprog: how many instructions of eight bytes, then (aligned) where they are. */
export function filterProgram(filter: Buffer, address: bigint): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(filter.length / 8, 0);
  write64(bytes, address, 8);
  return bytes;
}

function write64(bytes: Buffer, value: bigint, at: number): void {
  bytes.writeBigUInt64LE(value, at);
}
