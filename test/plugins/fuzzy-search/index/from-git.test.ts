import { describe, expect, it } from "vitest";
import { segmentsOf } from "../../../../plugins/fuzzy-search/index/from-git.ts";
import { SegmentBuilder } from "../../../../plugins/fuzzy-search/index/segment.ts";

const list = (paths: readonly string[]) => Buffer.from(paths.map((path) => `${path}\0`).join(""));

describe("the list that git prints", () => {
  it("makes the same segment as the paths one by one", () => {
    const paths = ["a", "src/B_c-1.ts", "x/y/.z", "日本/設定", "caf\u00e9/e\u0301.ts", "a b"];
    const builder = new SegmentBuilder();
    for (const path of paths) builder.add(path, path.lastIndexOf("/") + 1);
    const { segments, count } = segmentsOf(list(paths), true);
    const [made] = segments;
    const expected = builder.build();
    expect(count).toBe(paths.length);
    expect(paths.map((_, at) => made?.path(at))).toEqual(paths);
    for (const part of ["bytes", "starts", "bases"] as const) {
      expect(Array.from(made?.[part] ?? [])).toEqual(Array.from(expected[part]));
    }
    // A mask may say more: it is only a first look.
    expected.masks.forEach((mask, at) => expect((made?.masks[at] ?? 0) & mask).toBe(mask | 0));
  });

  it("is cut into segments, without hidden paths and names that are not UTF-8", () => {
    const paths = Array.from({ length: 20_000 }, (_, n) => `folder/file${n}`);
    expect(segmentsOf(list(paths), true)).toMatchObject({ count: 20_000 });
    expect(segmentsOf(list(paths), true).segments).toHaveLength(3);
    const odd = Buffer.concat([list([".a", "b/.c/d", "e"]), Buffer.from([0x66, 0xff, 0])]);
    expect(segmentsOf(odd, false).count).toBe(1);
    expect(segmentsOf(odd, true).count).toBe(3);
    expect(segmentsOf(Buffer.alloc(0), true)).toEqual({ segments: [], count: 0 });
  });
});
