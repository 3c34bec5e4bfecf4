import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PatchError } from "../../../../plugins/engine/patch/error.ts";
import { parsePatch, type PatchSection } from "../../../../plugins/engine/patch/parse.ts";
import { patchOf } from "./folder.ts";

function update(path: string, chunks: object[], moveTo?: string): object {
  return { kind: "update", path, moveTo, chunks };
}

function chunk(lines: string[], { headers = [] as string[], endOfFile = false } = {}): object {
  const kinds: Record<string, string> = { " ": "context", "-": "remove", "+": "add" };
  return {
    headers,
    endOfFile,
    lines: lines.map((line) => ({ kind: kinds[line.charAt(0)], text: line.slice(1) })),
  };
}

const good: [string, string, object[]][] = [
  ["no sections", patchOf(), []],
  [
    "blanks around the whole text",
    `\n  ${patchOf("*** Delete File: a")} \n`,
    [{ kind: "delete", path: "a" }],
  ],
  [
    "an added file",
    patchOf("*** Add File: a", "+x", "+", "+y"),
    [{ kind: "add", path: "a", content: "x\n\ny\n" }],
  ],
  ["an added empty file", patchOf("*** Add File: a"), [{ kind: "add", path: "a", content: "" }]],
  [
    "a header with blanks around",
    patchOf("  *** Add File: a b.txt  ", "+x"),
    [{ kind: "add", path: "a b.txt", content: "x\n" }],
  ],
  [
    "an update without a marker",
    patchOf("*** Update File: a", "-x", "+y"),
    [update("a", [chunk(["-x", "+y"])])],
  ],
  [
    "a move",
    patchOf("*** Update File: a", "*** Move to: b", "@@", "-x"),
    [update("a", [chunk(["-x"])], "b")],
  ],
  [
    "two chunks with headers",
    patchOf("*** Update File: a", "@@ f()", "-x", "@@ g()", "+y"),
    [update("a", [chunk(["-x"], { headers: ["f()"] }), chunk(["+y"], { headers: ["g()"] })])],
  ],
  [
    "nested headers",
    patchOf("*** Update File: a", "@@ class A", "@@   f()", "-x"),
    [update("a", [chunk(["-x"], { headers: ["class A", "  f()"] })])],
  ],
  [
    "a bare marker above a header",
    patchOf("*** Update File: a", "@@", "@@ f", "-x"),
    [update("a", [chunk(["-x"], { headers: ["f"] })])],
  ],
  [
    "an end of file mark",
    patchOf("*** Update File: a", "@@", "+x", "*** End of File"),
    [update("a", [chunk(["+x"], { endOfFile: true })])],
  ],
  [
    "blank lines between chunks",
    patchOf("*** Update File: a", "", "@@", "-x", "*** End of File", "", " ", "@@", "-y"),
    [update("a", [chunk(["-x"], { endOfFile: true }), chunk(["-y"])])],
  ],
  [
    "an empty line as empty context",
    patchOf("*** Update File: a", "@@", "", "-x"),
    [update("a", [chunk([" ", "-x"])])],
  ],
  [
    "blank lines after an addition",
    patchOf("*** Update File: a", "@@", "+x", "", "*** Delete File: b"),
    [update("a", [chunk(["+x"])]), { kind: "delete", path: "b" }],
  ],
  [
    "an empty context line after an addition",
    patchOf("*** Update File: a", "@@", "+x", " ", "", "@@", "-y"),
    [update("a", [chunk(["+x", " "]), chunk(["-y"])])],
  ],
  [
    "a blank line between sections",
    patchOf("*** Add File: a", "+x", "", "*** Delete File: b"),
    [
      { kind: "add", path: "a", content: "x\n" },
      { kind: "delete", path: "b" },
    ],
  ],
  [
    "lines that look like markers as text",
    patchOf("*** Add File: a", "+*** End Patch", "+@@"),
    [{ kind: "add", path: "a", content: "*** End Patch\n@@\n" }],
  ],
  [
    "a patch that ends its lines in CR LF",
    patchOf("*** Add File: a", "+x").replaceAll("\n", "\r\n"),
    [{ kind: "add", path: "a", content: "x\n" }],
  ],
  [
    "a CR that belongs to the file",
    patchOf("*** Add File: a", "+x\r"),
    [{ kind: "add", path: "a", content: "x\r\n" }],
  ],
  [
    "a bare here-document",
    `<<EOF\n${patchOf("*** Delete File: a")}\nEOF`,
    [{ kind: "delete", path: "a" }],
  ],
  [
    "a single-quoted here-document",
    `<<'EOF'\n${patchOf("*** Delete File: a")}\nEOF\n`,
    [{ kind: "delete", path: "a" }],
  ],
  [
    "a double-quoted here-document",
    `<<"EOF"\n${patchOf("*** Delete File: a")}\nEOF`,
    [{ kind: "delete", path: "a" }],
  ],
];

const bad: [string, string, string | RegExp][] = [
  ["nothing", "", 'the first line of a patch must be "*** Begin Patch", found ""'],
  ["text before", `hi\n${patchOf()}`, 'must be "*** Begin Patch", found "hi"'],
  [
    "no end",
    "*** Begin Patch\n*** Delete File: a",
    'line 2: the last line of a patch must be "*** End Patch", found "*** Delete File: a"',
  ],
  ["only a begin", "*** Begin Patch", "the last line of a patch must be"],
  ["an indented end", "*** Begin Patch\n *** End Patch", 'found " *** End Patch"'],
  [
    "a half-quoted here-document",
    `<<'EOF\n${patchOf()}\nEOF`,
    'must be "*** Begin Patch", found "<<\'EOF"',
  ],
  [
    "an unknown section",
    patchOf("*** Delete File: a", "*** Rename File: b"),
    /^line 3: "\*\*\* Rename File: b" is not .*Add File: PATH.*Delete File: PATH.*Update File: PATH/,
  ],
  [
    "text between sections",
    patchOf("*** Delete File: a", "hello"),
    'line 3: "hello" is not a section header',
  ],
  [
    "a section without a path",
    patchOf("*** Add File: "),
    'line 2: "*** Add File:" is not a section header',
  ],
  [
    "a move without a path",
    patchOf("*** Update File: a", "*** Move to: ", "+x"),
    "line 3: the path is missing",
  ],
  ["a NUL in a path", patchOf("*** Delete File: a\0b"), "line 2: the path contains a NUL"],
  [
    "an update without chunks",
    patchOf("*** Update File: a", "*** Delete File: b"),
    'line 3: the update of "a" has no changes',
  ],
  [
    "a chunk without lines at the end",
    patchOf("*** Update File: a", "@@ f"),
    "line 4: the change has no lines",
  ],
  [
    "a chunk without lines before a section",
    patchOf("*** Update File: a", "@@", "*** Delete File: b"),
    "line 4: the change has no lines",
  ],
  [
    "an end of file mark without lines",
    patchOf("*** Update File: a", "@@", "*** End of File"),
    "line 4: the change has no lines",
  ],
  [
    "a bad prefix",
    patchOf("*** Update File: a", "@@", "x"),
    'line 4: a changed line must start with " " (context), "-" (removed) or "+" (added), found "x"',
  ],
  [
    "a second chunk without a marker",
    patchOf("*** Update File: a", "@@", "-x", "y"),
    'line 5: a further change must start with "@@", found "y"',
  ],
];

describe("acceptance 20: parsePatch", () => {
  it.each(good)("reads %s", (_, text, sections) => {
    expect(parsePatch(text).sections).toEqual(sections as PatchSection[]);
  });

  it.each(bad)("names what is wrong with %s", (_, text, message) => {
    expect(() => parsePatch(text)).toThrow(PatchError);
    expect(() => parsePatch(text)).toThrow(message);
  });

  it("shows only the beginning of an endless line", () => {
    const text = patchOf("x".repeat(10_000));
    expect(() => parsePatch(text)).toThrow(/^.{0,500}$/s);
  });

  const line = fc.oneof(
    fc.constantFrom(
      "*** Begin Patch",
      "*** End Patch",
      "*** Add File: a",
      "*** Delete File: b",
      "*** Update File: c",
      "*** Move to: d",
      "*** End of File",
      "@@",
      "@@ f",
      " x",
      "-x",
      "+x",
      "",
      " ",
      "<<EOF",
      "EOF",
      "\r",
    ),
    fc.string({ unit: "binary" }),
  );
  const anything = fc.array(line).map((lines) => lines.join("\n"));

  it("throws nothing but PatchError, whatever it reads", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          anything.map((text) => patchOf(text)),
          fc.string(),
        ),
        (text) => {
          try {
            parsePatch(text);
          } catch (error) {
            expect(error).toBeInstanceOf(PatchError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
