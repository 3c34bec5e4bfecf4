import { realTarget, type WritableRoot } from "./policy.ts";

/** By its absolute path on purpose: what PATH says may be the workspace's own idea of it. */
export const seatbeltProgram = "/usr/bin/sandbox-exec";

const basics = `(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow user-preference-read)
(allow sysctl-read)
(allow file-read*)
(allow file-write-data (require-all (path "/dev/null") (vnode-type CHARACTER-DEVICE)))
(allow ipc-posix-sem)
(allow pseudo-tty)
(allow file-ioctl (literal "/dev/ptmx"))
(allow file-read* file-write* (literal "/dev/ptmx"))
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))`;

const network = `(allow network-outbound)
(allow network-inbound)
(allow system-socket)
(allow mach-lookup
  (global-name "com.apple.SecurityServer")
  (global-name "com.apple.trustd.agent")
  (global-name "com.apple.SystemConfiguration.configd"))`;

/** The command line around `command` under macOS's sandbox-exec. */
export function seatbelt(
  command: readonly string[],
  roots: readonly WritableRoot[],
  networkAllowed: boolean,
): { command: string[]; env: Record<string, string> } {
  const definitions: string[] = [];
  const name = (path: string) => {
    // The kernel compares real paths: /tmp is a link there.
    definitions.push(`-DP${definitions.length}=${realTarget(path) ?? path}`);
    return `(param "P${definitions.length - 1}")`;
  };
  const rules = roots.map(({ root, readOnlySubpaths }) => {
    const guards = readOnlySubpaths.map((path) => ` (require-not (subpath ${name(path)}))`);
    return `(allow file-write* (require-all (subpath ${name(root)})${guards.join("")}))`;
  });
  const profile = [basics, ...rules, ...(networkAllowed ? [network] : [])].join("\n");
  return {
    command: [seatbeltProgram, "-p", profile, ...definitions, "--", ...command],
    env: { CODEX_SANDBOX: "seatbelt" },
  };
}
