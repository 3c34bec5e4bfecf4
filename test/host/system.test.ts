import { arch } from "node:os";
import { describe, expect, it } from "vitest";
import { systemName, systemText } from "../../host/system.ts";

const linux = { kernel: "Linux", release: "6.1.0", arch: "x86_64" };

function withFile(path: string, text: string) {
  return (asked: string) => (asked === path ? text : "");
}

describe("the system's name", () => {
  it.each([
    ['NAME="Debian GNU/Linux"\nVERSION_ID="12"\n', "Debian 12.0.0; x86_64"],
    ["PRETTY_NAME='x'\nNAME='Ubuntu'\nVERSION_ID='22.04'\n", "Ubuntu 22.4.0; x86_64"],
    ['NAME="Alpine Linux"\nVERSION_ID=3.19.1\n', "Alpine Linux 3.19.1; x86_64"],
    ['NAME="Arch Linux"\nBUILD_ID=rolling\n', "Arch Linux unknown; x86_64"],
    ["NAME=Odd\nVERSION_ID=2024a\n", "Odd 2024a; x86_64"],
    ["", "Linux 6.1.0; x86_64"],
  ])("is told from the os-release file %j", (file, expected) => {
    expect(systemText({ ...linux, read: withFile("/etc/os-release", file) })).toBe(expected);
    expect(systemText({ ...linux, read: withFile("/usr/lib/os-release", file) })).toBe(expected);
  });

  it("is told from the version file of macOS", () => {
    const file =
      "<key>ProductName</key>\n<string>macOS</string>\n<key>ProductVersion</key>\n\t<string>14.5</string>";
    const read = withFile("/System/Library/CoreServices/SystemVersion.plist", file);
    const mac = { kernel: "Darwin", release: "23.5.0", arch: "arm64", read };
    expect(systemText(mac)).toBe("Mac OS 14.5.0; arm64");
    expect(systemText({ ...mac, read: () => "" })).toBe("Darwin 23.5.0; arm64");
  });

  it("names this machine as uname does", () => {
    expect(systemName()).toMatch(/^\S.* \S+; \w+$/);
    if (process.platform === "linux" && arch() === "x64") expect(systemName()).toMatch(/; x86_64$/);
  });
});
