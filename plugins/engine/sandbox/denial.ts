import type { RunResult } from "../exec/run.ts";

// What programs print for EPERM, EACCES, EROFS and for a network that is not there.
const evidence = new RegExp(
  [
    "operation not permitted",
    "permission denied",
    "read-only file system",
    "\\bEPERM\\b",
    "\\bEACCES\\b",
    "\\bEROFS\\b",
    "network is unreachable",
    "\\bENETUNREACH\\b",
    "temporary failure in name resolution",
    "could not resolve host",
    "\\bEAI_AGAIN\\b",
    "^bwrap: ",
    "^landlock: ",
    "^sandbox-exec: ",
  ].join("|"),
  "im",
);

// In a network of its own a command finds nobody on this machine either, whoever listens outside.
const loneliness = /connection refused|\bECONNREFUSED\b/i;

/**
 * Whether a finished sandboxed command failed because of the sandbox. Only evidence counts;
 * `networkAllowed` says whether it could reach the network.
 */
export function showsDenial(result: RunResult, networkAllowed: boolean): boolean {
  const { exitCode, timedOut, aborted, startError, killedBy } = result;
  if (timedOut || aborted || startError !== undefined || killedBy !== undefined) return false;
  // 126 and 127: the program was not found or is no program; no sandbox of ours refuses to execute.
  if (exitCode === 0 || exitCode === 126 || exitCode === 127) return false;
  const shows = (sign: RegExp) => sign.test(result.stderr) || sign.test(result.stdout);
  return shows(evidence) || (!networkAllowed && shows(loneliness));
}
