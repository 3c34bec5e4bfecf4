import { describe, expect, it } from "vitest";
import {
  patchGrammar,
  patchManual,
  patchShellManual,
} from "../../../../plugins/engine/patch/manual.ts";
import { parsePatch } from "../../../../plugins/engine/patch/parse.ts";

describe("the patch manual", () => {
  it("shows an example that is a patch", () => {
    const example = /^\*\*\* Begin Patch\n[^]*?^\*\*\* End Patch$/m.exec(patchManual)?.[0] ?? "";
    expect(parsePatch(example).sections.map(({ kind }) => kind)).toEqual([
      "add",
      "update",
      "delete",
    ]);
  });

  it.each([
    "*** Add File: ",
    "*** Delete File: ",
    "*** Update File: ",
    "*** Move to: ",
    "*** End of File",
    "@@",
  ])("and the grammar know %j", (marker) => {
    expect(patchManual).toContain(marker.trim());
    expect(patchGrammar).toContain(`"${marker}"`);
  });

  it("is short", () => {
    expect(patchShellManual.split("\n").length).toBeLessThanOrEqual(60);
  });
});
