import { describe, expect, it } from "vitest";
import { align, haystackOf } from "../../../../plugins/fuzzy-search/rank/align.ts";
import { parseQuery } from "../../../../plugins/fuzzy-search/rank/query.ts";

const aligned = (query: string, path: string) => align(parseQuery(query), haystackOf(path));

describe("the score of a path", () => {
  it.each([
    ["usr", "user_service.ts", 75, [0, 1, 3]],
    ["usr", "src/user.ts", 72, [4, 5, 7]],
    ["us", "UserStore.ts", 62, [0, 1]],
    ["US", "UserStore.ts", 52, [0, 4]],
    ["st", "UserStore.ts", 47, [4, 5]],
    ["p2", "step2.md", 37, [3, 4]],
    ["api ind", "lib/api/index.js", 168, [4, 5, 6, 8, 9, 10]],
    ["lai", "lib/api/index.js", 76, [0, 4, 8]],
    ["ab", ".ab.ab", 56, [4, 5]],
    ["foobar", "foo-bar", 157, [0, 1, 2, 4, 5, 6]],
    ["fb", "foo-bar", 55, [0, 4]],
    ["fb", "fooBar", 53, [0, 3]],
    [".", "a.b", 32, [1]],
    ["ts", "a.test.ts", 56, [7, 8]],
    // Accents: a plain letter matches an accented one; places count characters.
    ["cafe", "日/café.ts", 109, [2, 3, 4, 5]],
    // With combining accents alone they count bytes.
    ["x", "e\u0301x", 32, [3]],
    // A backslash makes the space part of the word.
    ["a\\ b", "a b", 88, [0, 1, 2]],
  ])("of %j in %j is %i", (query, path, score, indices) => {
    expect(aligned(query, path)).toEqual({ score, indices });
  });

  it.each([
    ["ba", "ab"],
    ["AB", "ab"],
    ["café", "cafe"],
    ["a z", "ab"],
    ["aa", "a"],
  ])("is none for %j in %j", (query, path) => {
    expect(aligned(query, path)).toBeUndefined();
  });

  it("names places that spell the words, in ascending order", () => {
    const path = "plugins/engine/sandbox/landlock-helper.ts";
    for (const query of ["plh", "engine help", "sbx", "ts lan", "lock-hel"]) {
      const { indices } = aligned(query, path) ?? { indices: [] };
      expect(indices).toEqual(indices.toSorted((a, b) => a - b));
      const letters = indices.map((at) => path[at]).join("");
      for (const char of query.replace(" ", "")) expect(letters).toContain(char);
    }
  });
});
