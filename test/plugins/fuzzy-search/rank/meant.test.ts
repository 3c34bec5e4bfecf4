import { describe, expect, it } from "vitest";
import { parseQuery } from "../../../../plugins/fuzzy-search/rank/query.ts";
import { rank } from "../../../../plugins/fuzzy-search/rank/meant.ts";

/** The path that is put first. */
function first(query: string, paths: readonly string[]): string | undefined {
  const words = parseQuery(query);
  const ranked = paths.map((path) => rank(path, words)).filter((each) => each !== undefined);
  return ranked.toSorted((a, b) => b.meant - a.meant)[0]?.path;
}

describe("the file that is meant", () => {
  it.each([
    ["has the query in its name, not in a folder", "conf", "src/config.ts", "config/src/other.ts"],
    ["starts with it", "index", "lib/index.ts", "lib/my_index.ts"],
    ["is the shorter one", "user", "src/user.ts", "src/user_preferences_view.ts"],
    ["is the nearer one", "user", "src/user.ts", "src/a/b/c/d/user.ts"],
    ["has its words begin with the letters", "usc", "src/UserStoreCache.ts", "src/user/scan.ts"],
    ["has camel-case words", "gpl", "src/getPageLayout.ts", "src/graphql.ts"],
    ["has exactly that extension", "main.c", "src/main.c", "src/main.css"],
    ["has the terms in any order", "loop eng", "engine/loop.ts", "developer/engage/loose-ping.ts"],
    ["is exactly of that name", "makefile", "Makefile", "make_file_list.ts"],
  ])("%s", (_, query, meant, other) => {
    expect(first(query, [other, meant])).toBe(meant);
    expect(first(query, [meant, other])).toBe(meant);
  });
});
