import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPluginsConfiguration } from "../../../host/config/plugins.ts";
import { tempFolder } from "../../helpers/temp-folder.ts";

const builtins = ["engine", "models", "tools"];

function read(cwd: string, file?: string) {
  return readPluginsConfiguration({ cwd, file, builtins });
}

describe("the plugin configuration", () => {
  it("is the built-ins in their order when there is no file", async () => {
    // The file of this repository is not above the folder for temporary files.
    const cwd = tempFolder();
    const { file, folder, entries } = await read(cwd);
    expect({ file, folder }).toEqual({ file: undefined, folder: cwd });
    expect(entries.map(({ specifier, enabled }) => [specifier, enabled])).toEqual([
      ["engine", true],
      ["models", true],
      ["tools", true],
    ]);
  });

  it("is found in the nearest folder upwards", async () => {
    const root = tempFolder({
      "plugins.config.json": '{"plugins":{"engine":false}}',
      "a/plugins.config.json": '{"plugins":{"tools":false}}',
    });
    mkdirSync(join(root, "a/b"));
    const { file, folder, entries } = await read(join(root, "a/b"));
    expect(file).toBe(join(root, "a/plugins.config.json"));
    expect(folder).toBe(join(root, "a"));
    expect(entries.find(({ enabled }) => !enabled)?.specifier).toBe("tools");
  });

  it("prefers a nearer file of another format", async () => {
    const root = tempFolder({
      "plugins.config.json": '{"plugins":{"engine":false}}',
      "a/plugins.config.yaml": "plugins:\n  models: false\n",
    });
    const { file } = await read(join(root, "a"));
    expect(file).toBe(join(root, "a/plugins.config.yaml"));
  });

  it("keeps the order of the file after the built-ins it does not name", async () => {
    const cwd = tempFolder({
      "plugins.config.json": JSON.stringify({
        $schema: "x",
        plugins: { "./b.js": true, tools: true, "@acme/a": { required: true } },
      }),
    });
    const { entries } = await read(cwd);
    expect(entries.map(({ specifier, kind }) => `${specifier} ${kind}`)).toEqual([
      "engine built-in",
      "models built-in",
      "./b.js path",
      "tools built-in",
      "@acme/a package",
    ]);
  });

  it.each([
    ["yaml", "plugins:\n  tools:\n    enabled: false\n"],
    ["yml", "plugins:\n  tools: false\n"],
    ["js", "module.exports = { plugins: { tools: false } };"],
    ["cjs", "module.exports = { plugins: { tools: false } };"],
    ["mjs", "export default { plugins: { tools: false } };"],
    ["ts", "const off: boolean = false;\nexport default { plugins: { tools: off } };"],
    ["json", '\uFEFF{"plugins":{"tools":{"enabled":false}}}'],
  ])("is read from plugins.config.%s", async (extension, text) => {
    const { entries } = await read(tempFolder({ [`plugins.config.${extension}`]: text }));
    expect(entries.filter(({ enabled }) => !enabled).map(({ specifier }) => specifier)).toEqual([
      "tools",
    ]);
  });

  it("may be an empty file", async () => {
    const { entries } = await read(tempFolder({ "plugins.config.yaml": "" }));
    expect(entries).toHaveLength(3);
  });

  it("is the file that --plugins names, relative to the working folder", async () => {
    const cwd = tempFolder({ "conf/my.json": '{"plugins":{"tools":false}}' });
    const { file, folder } = await read(cwd, "conf/my.json");
    expect(file).toBe(join(cwd, "conf/my.json"));
    expect(folder).toBe(join(cwd, "conf"));
  });

  it.each([
    [{ a: 1, enabled: true, required: true }, { a: 1 }],
    [{ options: { a: 1 } }, { a: 1 }],
    [
      { options: { a: 1 }, b: 2 },
      { a: 1, b: 2 },
    ],
    [{ required: true }, undefined],
    [{ options: {} }, {}],
    [true, undefined],
  ])("takes from %j the options %j", async (value, options) => {
    const text = JSON.stringify({ plugins: { tools: value } });
    const { entries } = await read(tempFolder({ "plugins.config.json": text }));
    expect(entries.find(({ specifier }) => specifier === "tools")?.options).toEqual(options);
  });

  it.each([
    ['{"plugins": {"tools": tru}}', ':1:23: unexpected "t"'],
    ["[]", ": the whole file must be an object, not []"],
    ['{"plugin": {}}', ': unknown key "plugin"; plugins go under "plugins"'],
    ['{"plugins": []}', ': "plugins" must be an object, not []'],
    ['{"plugins": {"tools": 1}}', ': plugin "tools" must be true, false or an object, not 1'],
    [
      '{"plugins": {"tools": {"enabled": "no"}}}',
      ': plugin "tools": "enabled" must be true or false, not "no"',
    ],
    [
      '{"plugins": {"tools": {"required": 1}}}',
      ': plugin "tools": "required" must be true or false, not 1',
    ],
    [
      '{"plugins": {"tools": {"options": 1}}}',
      ': plugin "tools": "options" must be an object, not 1',
    ],
    [
      '{"plugins": {"tools": {"options": {"events": 1}, "events": 2}}}',
      ': plugin "tools": "events" stands twice: in "options" and beside it',
    ],
    [
      '{"plugins": {"Engine!": true}}',
      ': plugin "Engine!": neither a built-in, a path that begins with "./", nor a package\'s name',
    ],
  ])("refuses %s", async (text, message) => {
    const cwd = tempFolder({ "plugins.config.json": text });
    await expect(read(cwd)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: `${join(cwd, "plugins.config.json")}${message}`,
    });
  });

  it.each([
    ["plugins.config.yaml", "plugins: [\n"],
    ["plugins.config.mjs", "export default {"],
    ["plugins.config.ts", 'throw new Error("broken");'],
  ])("names a %s that cannot be read", async (name, text) => {
    const cwd = tempFolder({ [name]: text });
    await expect(read(cwd)).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: expect.stringContaining(join(cwd, name)) as string,
    });
  });

  it("names the file of --plugins that is not there", async () => {
    const cwd = tempFolder();
    await expect(read(cwd, "nope.json")).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: `--plugins: there is no file ${join(cwd, "nope.json")}`,
    });
  });

  it("carries the options of the host itself", async () => {
    const options = { answerCancelled: true, graceMs: 50, lineLimit: 1_000_000, pageSize: 2 };
    const cwd = tempFolder({ "plugins.config.json": JSON.stringify({ host: options }) });
    expect((await read(cwd)).host).toEqual(options);
  });

  it.each([
    ['{"host":{"graceMS":1}}', '"graceMS" is no option'],
    ['{"host":{"graceMs":-1}}', '"graceMs" must be a whole number above 0, not -1'],
    ['{"host":{"answerCancelled":"yes"}}', '"answerCancelled" must be true or false, not "yes"'],
    ['{"host":[]}', '"host" must be an object'],
  ])("refuses %s by name", async (text, named) => {
    const cwd = tempFolder({ "plugins.config.json": text });
    await expect(read(cwd)).rejects.toThrow(named);
  });
});
