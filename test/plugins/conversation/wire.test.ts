import { describe, expect, it } from "vitest";
import { canonicalId, uuidPattern } from "../../../plugins/conversation/ids.ts";
import { WireItems, WireSandboxPolicy } from "../../../plugins/conversation/wire.ts";

describe("D24: both styles of the wire are read", () => {
  it.each([
    [
      { type: "text", data: { text: "a" } },
      { type: "text", text: "a" },
    ],
    [
      { type: "image", data: { image_url: "u" } },
      { type: "image", image_url: "u" },
    ],
    [
      { type: "image", data: { imageUrl: "u" } },
      { type: "image", image_url: "u" },
    ],
    [
      { type: "localImage", data: { path: "p" } },
      { type: "local_image", path: "p" },
    ],
    [
      { type: "local_image", data: { path: "p" } },
      { type: "local_image", path: "p" },
    ],
  ])("in item %j", (item, expected) => {
    expect(WireItems.parse([item])).toEqual([expected]);
  });

  const off = { network_access: false, exclude_tmpdir_env_var: false, exclude_slash_tmp: false };
  it.each([
    [{ mode: "read-only", more: 1 }, { mode: "read-only" }],
    [{ mode: "danger-full-access" }, { mode: "danger-full-access" }],
    [{ mode: "workspace-write" }, { mode: "workspace-write", ...off }],
    [
      { mode: "workspace-write", writable_roots: [], network_access: null },
      { mode: "workspace-write", ...off },
    ],
    [
      {
        mode: "workspace-write",
        writableRoots: ["/a"],
        networkAccess: true,
        exclude_slash_tmp: true,
      },
      {
        mode: "workspace-write",
        ...off,
        writable_roots: ["/a"],
        network_access: true,
        exclude_slash_tmp: true,
      },
    ],
  ])("in policy %j", (policy, expected) => {
    expect(WireSandboxPolicy.parse(policy)).toEqual(expected);
  });
});

describe("an id", () => {
  const plain = "0199ab00-0000-7000-8000-000000000001";

  it.each([
    plain,
    plain.toUpperCase(),
    plain.replaceAll("-", ""),
    `{${plain}}`,
    `urn:uuid:${plain}`,
  ])("is the same as %s", (text) => {
    expect(uuidPattern.test(text)).toBe(true);
    expect(canonicalId(text)).toBe(plain);
  });

  it.each(["", "x", `${plain}0`, `{${plain}`, `urn:${plain}`, plain.replace("-", "_")])(
    "is not %j",
    (text) => expect(uuidPattern.test(text)).toBe(false),
  );
});
