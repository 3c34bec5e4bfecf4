import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { edit } from "../../../plugins/conversation/default-model.ts";

const both = { model: "new", reasoningEffort: "high" } as const;
const none = { model: undefined, reasoningEffort: undefined };

describe("the edit of config.toml", () => {
  it.each<[string, string, string]>([
    ["an empty file", "", 'model = "new"\nmodel_reasoning_effort = "high"\n'],
    [
      "a comment behind the value",
      '# top\nmodel = "old" # mine\nx = 1\n',
      '# top\nmodel = "new" # mine\nx = 1\nmodel_reasoning_effort = "high"\n',
    ],
    ["no last line end", "x = 1", 'x = 1\nmodel = "new"\nmodel_reasoning_effort = "high"\n'],
    [
      "carriage returns",
      "model = 'old'\r\n",
      'model = "new"\r\nmodel_reasoning_effort = "high"\r\n',
    ],
    [
      "tables only",
      '[a]\nmodel = "its own"\n',
      'model = "new"\nmodel_reasoning_effort = "high"\n\n[a]\nmodel = "its own"\n',
    ],
    [
      "a text that looks like a table",
      'x = """\n[a]\nmodel = "no"\n"""\nmodel = "old"\n',
      'x = """\n[a]\nmodel = "no"\n"""\nmodel = "new"\nmodel_reasoning_effort = "high"\n',
    ],
  ])("keeps %s", (_, text, expected) => {
    const edited = edit(text, undefined, both);
    expect(parse(edited)).toEqual(parse(expected));
    if (!text.includes('"""')) expect(edited).toBe(expected);
  });

  it.each<[string, string]>([
    ["a table", '[profiles.fast]\nmodel = "old" # mine\n[profiles.slow]\nmodel = "old"\n'],
    ["quoted names", '[profiles."fast"]\n"model" = "old"\n[profiles.slow]\nmodel = "old"\n'],
    ["inline tables", 'profiles = { fast = { model = "old" }, slow = { model = "old" } }\n'],
    ["dotted keys", 'profiles.fast.model = "old"\nprofiles.slow.model = "old"\n'],
    [
      "a value over several lines",
      '[profiles.fast]\nmodel = """\nold"""\n[profiles.slow]\nmodel = "old"\n',
    ],
  ])("changes one profile written as %s, in TOML that others read", (_, text) => {
    expect(parse(edit(text, "fast", both))).toEqual({
      profiles: { fast: { model: "new", model_reasoning_effort: "high" }, slow: { model: "old" } },
    });
  });

  it("makes a profile that is not there, with a name that needs quotes", () => {
    const edited = edit("big = 9007199254740993 # odd\n", "a b.c", both);
    expect(edited).toBe(
      'big = 9007199254740993 # odd\n\n[profiles."a b.c"]\nmodel = "new"\nmodel_reasoning_effort = "high"\n',
    );
  });

  it("removes what is absent and leaves a file alone that says so already", () => {
    expect(edit('model = "old"\n# end\nx = 1\n', undefined, none)).toBe("# end\nx = 1\n");
    const text = "x   =   1 # odd\n";
    expect(edit(text, undefined, none)).toBe(text);
  });

  it("writes any name so that it is read back", () => {
    const model = 'a"b\\c\nd\u007f é 🙂';
    const edited = edit("", undefined, { model, reasoningEffort: undefined });
    expect(parse(edited)).toEqual({ model });
  });
});
