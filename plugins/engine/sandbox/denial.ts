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
    "^sandbox-exec: ",
  ].join("|"),
  "im",
);

/** Whether a finished sandboxed command failed because of the sandbox. Only evidence counts. */
export function showsDenial(result: RunResult): boolean {
  const { exitCode, timedOut, aborted, startError, killedBy } = result;
  if (timedOut || aborted || startError !== undefined || killedBy !== undefined) return false;
  // 126 and 127: the program was not found or is no program; no sandbox of ours refuses to execute.
  if (exitCode === 0 || exitCode === 126 || exitCode === 127) return false;
  return evidence.test(result.stderr) || evidence.test(result.stdout);
}
