import { basename, dirname, join } from "node:path";
import { realTarget, type WritableRoot } from "./policy.ts";

/** By its absolute path on purpose: what PATH says may be the workspace's own idea of it. */
export const seatbeltProgram = "/usr/bin/sandbox-exec";

// About the machine and the system; without a list the variables of other processes could be read.
const kernelNames =
  "argmax boottime hostname maxfiles maxfilesperproc maxproc ngroups osproductversion osrelease " +
  "ostype osvariant_status osversion secure_kernel usrstack64 version";
const sysctls = [
  ...kernelNames.split(" ").map((name) => `(sysctl-name "kern.${name}")`),
  '(sysctl-name "sysctl.proc_cputype")',
  '(sysctl-name "vm.loadavg")',
  ..."hw. machdep.cpu. kern.proc.pgrp. kern.proc.pid. net.routetable."
    .split(" ")
    .map((prefix) => `(sysctl-name-prefix "${prefix}")`),
];

const basics = `(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow user-preference-read)
(allow sysctl-read ${sysctls.join(" ")})
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
  // The kernel compares real paths: /tmp is a link there.
  const name = (path: string, real = realTarget(path) ?? path) => {
    definitions.push(`-DP${definitions.length}=${real}`);
    return `(param "P${definitions.length - 1}")`;
  };
  const rules = roots.map(({ root, readOnlySubpaths }) => {
    const guards = readOnlySubpaths.map((path) => {
      const inside = ` (require-not (subpath ${name(path)}))`;
      const link = linkOf(path);
      return link === undefined ? inside : `${inside} (require-not (literal ${name(link, link)}))`;
    });
    return `(allow file-write* (require-all (subpath ${name(root)})${guards.join("")}))`;
  });
  const profile = [basics, ...rules, ...(networkAllowed ? [network] : [])].join("\n");
  return {
    command: [seatbeltProgram, "-p", profile, ...definitions, "--", ...command],
    env: { CODEX_SANDBOX: "seatbelt" },
  };
}

/** The path itself where it is a link: its target is guarded, but another could take its place. */
function linkOf(path: string): string | undefined {
  const link = join(realTarget(dirname(path)) ?? dirname(path), basename(path));
  return realTarget(path) === link ? undefined : link;
}
