import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A home folder and a workspace of their own for one test; gone after `dispose`. */
export interface TempHome {
  readonly root: string;
  /** The folder of `config.toml`. */
  readonly home: string;
  /** The folder the agent works in. */
  readonly workspace: string;
  dispose(): void;
}

/** Writes a `config.toml` whose provider is the server at `baseUrl`; `extra` comes first in it. */
export function tempHome(
  options: {
    baseUrl?: string;
    wire?: "responses" | "chat";
    extra?: string;
    provider?: string;
  } = {},
): TempHome {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "portico-test-")));
  const home = join(root, "home");
  const workspace = join(root, "work");
  mkdirSync(home);
  mkdirSync(workspace);
  const provider =
    options.baseUrl === undefined
      ? ""
      : [
          "[model_providers.mock]",
          'name = "mock"',
          `base_url = ${JSON.stringify(options.baseUrl)}`,
          `wire_api = ${JSON.stringify(options.wire ?? "responses")}`,
          options.provider ?? "request_max_retries = 0\nstream_max_retries = 0",
        ].join("\n");
  const selection =
    options.baseUrl === undefined ? "" : 'model = "mock-model"\nmodel_provider = "mock"\n';
  writeFileSync(join(home, "config.toml"), `${selection}${options.extra ?? ""}\n${provider}\n`);
  return {
    root,
    home,
    workspace,
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}
