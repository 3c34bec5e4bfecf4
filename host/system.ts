import { readFileSync } from "node:fs";
import { machine, release, type } from "node:os";

let known: string | undefined;

/** Where this runs, as user agents name it: `Debian 12.0.0; x86_64`. Asked for once, then kept. */
export function systemName(): string {
  known ??= systemText({
    read: readOrNothing,
    kernel: type(),
    release: release(),
    arch: machine(),
  });
  return known;
}

interface Facts {
  /** A file's text, "" where it cannot be read. */
  read(path: string): string;
  /** As `uname` says it: kernel, its release, machine. */
  readonly kernel: string;
  readonly release: string;
  readonly arch: string;
}

/** The same from given facts. */
export function systemText({ read, kernel, release, arch }: Facts): string {
  const text = kernel === "Darwin" ? macOs(read) : kernel === "Linux" ? linux(read) : undefined;
  return `${text ?? `${kernel} ${release}`}; ${arch}`;
}

/** The distribution, as systemd's os-release(5) tells it. */
function linux(read: Facts["read"]): string | undefined {
  const file = read("/etc/os-release") || read("/usr/lib/os-release");
  const valueOf = (key: string) => new RegExp(`^${key}=(["']?)(.*)\\1\\s*$`, "m").exec(file)?.[2];
  const name = valueOf("NAME")?.replace(/ GNU\/Linux$/, "");
  if (name === undefined || name === "") return undefined;
  return `${name} ${threeParts(valueOf("VERSION_ID") ?? "unknown")}`;
}

function macOs(read: Facts["read"]): string | undefined {
  const file = read("/System/Library/CoreServices/SystemVersion.plist");
  const version = /<key>ProductVersion<\/key>\s*<string>([^<]+)</.exec(file)?.[1];
  return version === undefined ? undefined : `Mac OS ${threeParts(version)}`;
}

/** `12` is 12.0.0 and `22.04` is 22.4.0; what is no number stays as it is. */
function threeParts(version: string): string {
  if (!/^\d+(\.\d+){0,2}$/.test(version)) return version;
  const parts = version.split(".").map(Number);
  return [0, 1, 2].map((at) => parts[at] ?? 0).join(".");
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
