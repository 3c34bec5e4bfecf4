import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import {
  bootPlugins,
  builtinPlugins,
  openSettings,
  readPluginsConfiguration,
  serveHost,
} from "../../host/index.ts";

it("the package serves its built-in plugins to whoever embeds it", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "portico-embed-"));
  const env = { CODEX_HOME: cwd };
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const builtins = Object.keys(builtinPlugins);
  const configuration = await readPluginsConfiguration({ cwd, builtins });
  const settings = await openSettings({ env, overrides: [] });
  const boot = bootPlugins({ configuration, settings });
  const code = serveHost({ stdin, stdout, env, cwd, version: "1.0.0", boot });
  stdin.end('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n');
  expect(await code).toBe(0);
  stdout.end();
  expect(JSON.parse(await text(stdout))).toMatchObject({
    result: { tools: [{ name: "codex" }, { name: "codex-reply" }, { name: "search_files" }] },
  });
  rmSync(cwd, { recursive: true });
});
