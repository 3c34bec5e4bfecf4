import { describe, expect, it } from "vitest";
import { parseArguments } from "../../../host/args.ts";

describe("the command line", () => {
  it.each<[string[], object]>([
    [["mcp"], { command: "serve", overrides: [], pluginsFile: undefined }],
    [["mcp", "serve"], { command: "serve", overrides: [], pluginsFile: undefined }],
    [["mcp-server"], { command: "serve", overrides: [], pluginsFile: undefined }],
    [["-c", "a=1", "mcp", "-c", "b=2"], { command: "serve", overrides: ["a=1", "b=2"] }],
    [["mcp", "serve", "--config", "a=1"], { command: "serve", overrides: ["a=1"] }],
    [["mcp", "-c", "a=1", "serve"], { command: "serve", overrides: ["a=1"] }],
    [["mcp-server", "--config=a=1=2"], { command: "serve", overrides: ["a=1=2"] }],
    [["mcp", "--plugins", "f.json"], { command: "serve", pluginsFile: "f.json" }],
    [["--plugins", "f.json", "mcp-server"], { command: "serve", pluginsFile: "f.json" }],
    [["plugins"], { command: "plugins", json: false }],
    [["plugins", "--json", "-c", "a=1"], { command: "plugins", json: true, overrides: ["a=1"] }],
    [["doctor", "--json"], { command: "doctor", json: true }],
    [["try", "do it"], { command: "extra", name: "try", argv: ["do it"] }],
    [
      ["try", "--json", "-c", "x=1", "do it", "--help"],
      { command: "extra", name: "try", argv: ["--json", "-c", "x=1", "do it", "--help"] },
    ],
    [
      ["-c", "x=1", "--plugins", "f", "try", "do it", "--yes"],
      { command: "extra", argv: ["-c", "x=1", "--plugins", "f", "do it", "--yes"] },
    ],
    [["help", "try"], { command: "extra", name: "try", argv: ["--help"] }],
    [["--version"], { command: "print", text: "1.2.3\n", asked: true }],
  ])("%j is understood", async (argv, expected) => {
    expect(await parseArguments(argv, "1.2.3")).toMatchObject(expected);
  });

  it.each<[string[], boolean]>([
    [[], false],
    [["-c", "a=1"], false],
    [["--help"], true],
    [["mcp", "--help"], true],
    [["help"], true],
    [["help", "mcp"], true],
    [["help", "mcp", "serve"], true],
  ])("%j shows the help, asked for: %s", async (argv, asked) => {
    const found = await parseArguments(argv, "1.2.3");
    expect(found).toMatchObject({ command: "print", asked });
    expect(found).toHaveProperty("text", expect.stringContaining("Usage: portico"));
  });

  it.each<[string[], string]>([
    [["nope"], "unknown command 'nope'"],
    [["help", "nope"], "unknown command 'nope'"],
    [["help", "docter"], "unknown command 'docter' (Did you mean doctor?)"],
    [["--nope"], "unknown option '--nope'"],
    [["mcp", "--nope"], "unknown option '--nope'"],
    [["mcp", "nope"], "'nope' is invalid"],
    [["mcp-server", "nope"], "too many arguments for 'mcp-server'"],
    [["mcp", "-c"], "option '-c, --config <key=value>' argument missing"],
    [["doctors"], "unknown command 'doctors' (Did you mean doctor?)"],
  ])("%j is refused", async (argv, reason) => {
    await expect(parseArguments(argv, "1.2.3")).rejects.toMatchObject({
      code: "ARGUMENT_INVALID",
      message: expect.stringMatching(/^[^\n]+$/) as string,
    });
    await expect(parseArguments(argv, "1.2.3")).rejects.toThrow(reason);
  });
});
