/**
 * A UUID of version 7 (RFC 9562): names sort by the time they were made. Unique, but no secret: what
 * nobody can guess would take node:crypto, which a first turn need not wait for.
 */
export function uuidV7(now: number = Date.now()): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(Math.random() * 256)));
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
