import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seatbelt } from "../../../../plugins/engine/sandbox/macos.ts";
import { tempFolder } from "../../../helpers/temp-folder.ts";

describe("seatbelt", () => {
  it("denies by default and opens the roots but for their guarded paths, given as parameters", () => {
    const root = '/no/such "(root)';
    const wrapped = seatbelt(["ls", "-l"], [{ root, readOnlySubpaths: [`${root}/.git`] }], false);
    const [program, flag, profile = "", ...rest] = wrapped.command;
    expect([program, flag]).toEqual(["/usr/bin/sandbox-exec", "-p"]);
    expect(profile).toMatch(/^\(version 1\)\n\(deny default\)\n/);
    expect(profile).toContain(
      '(allow file-write* (require-all (subpath (param "P1")) (require-not (subpath (param "P0")))))',
    );
    // A path in the text could close a parenthesis.
    expect(profile).not.toContain("/no/such");
    expect(profile).not.toContain("network");
    expect(rest).toEqual([`-DP0=${root}/.git`, `-DP1=${root}`, "--", "ls", "-l"]);
    expect(wrapped.env).toEqual({ CODEX_SANDBOX: "seatbelt" });
  });

  it("opens nothing for writing but the null device without roots", () => {
    const profile = seatbelt(["ls"], [], false).command[2] ?? "";
    expect(profile.match(/file-write\S* [^\n]*/g)).toEqual([
      'file-write-data (require-all (path "/dev/null") (vnode-type CHARACTER-DEVICE)))',
      'file-write* (literal "/dev/ptmx"))',
    ]);
  });

  it("guards a link in the place of .git beside what it leads to", () => {
    const root = tempFolder({ "repository/HEAD": "" });
    symlinkSync("repository", join(root, ".git"));
    const roots = [{ root, readOnlySubpaths: [join(root, ".git")] }];
    const { command } = seatbelt(["ls"], roots, false);
    expect(command[2]).toContain(
      '(require-not (subpath (param "P0"))) (require-not (literal (param "P1")))',
    );
    const definitions = command.filter((word) => word.startsWith("-DP"));
    expect(definitions).toEqual([`-DP0=${root}/repository`, `-DP1=${root}/.git`, `-DP2=${root}`]);
  });

  it("lets commands ask about the machine, not about the variables of other processes", () => {
    const profile = seatbelt(["ls"], [], false).command[2] ?? "";
    const rule = /^\(allow sysctl-read .*$/m.exec(profile)?.[0] ?? "";
    expect(rule).toContain('(sysctl-name "kern.osrelease")');
    expect(rule).toContain('(sysctl-name-prefix "hw.")');
    expect(rule).not.toContain("procargs");
    expect(profile.match(/sysctl-read/g)).toHaveLength(1);
  });

  it("opens the network when told, and balances its parentheses", () => {
    const profile =
      seatbelt(["ls"], [{ root: "/r", readOnlySubpaths: ["/r/.git"] }], true).command[2] ?? "";
    expect(profile).toContain("(allow network-outbound)");
    expect(profile.split("(").length).toBe(profile.split(")").length);
  });
});
