import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { requirements } from "./requirements.ts";

/** Ids that the titles of a test file start with: `ID: …` or `ID, ID: …`. */
function citedIn(source: string): string[] {
  const id = /(?:acceptance|defect) \d+/.source;
  const titles = source.matchAll(new RegExp(`["'\`](${id}(?:, ${id})*): `, "g"));
  return [...titles].flatMap(([, ids = ""]) => ids.split(", "));
}

const files = globSync("test/**/*.test.ts").filter((path) => path !== "test/coverage.test.ts");
const cited = new Set(files.flatMap((path) => citedIn(readFileSync(path, "utf8"))));

describe("the requirements", () => {
  it.each(requirements.map(({ id, name }) => [id, name]))("%s (%s) is proven by a test", (id) => {
    expect(cited).toContain(id);
  });

  it("are all that tests cite", () => {
    const known = new Set(requirements.map(({ id }) => id));
    expect([...cited].filter((id) => !known.has(id))).toEqual([]);
  });

  it("have names and sentences of their own", () => {
    for (const key of ["name", "promise"] as const) {
      expect(new Set(requirements.map((one) => one[key])).size).toBe(requirements.length);
    }
  });
});

describe("a citation", () => {
  it.each([
    ['it("acceptance 3: refuses"', ["acceptance 3"]],
    ["describe(`acceptance 3, defect 12: a`", ["acceptance 3", "defect 12"]],
    ['it("refuses acceptance 3: no"', []],
    ['it("acceptance 3 is refused"', []],
  ])("is read from %s", (source, ids) => {
    expect(citedIn(source)).toEqual(ids);
  });
});
