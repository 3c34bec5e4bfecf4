import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mockModel, type Entry, type SeenRequest } from "../helpers/mock-model.ts";
import { tempHome } from "../helpers/temp-home.ts";
import { Connection } from "./connection.ts";
import type { Target } from "./targets.ts";

/** Uses a fresh server with a scripted model behind it. */
export async function withServer<T>(
  target: Target,
  script: readonly Entry[] | ((request: SeenRequest, n: number) => Entry),
  use: (server: Connection) => Promise<T>,
): Promise<T> {
  const model = await mockModel(script);
  const home = tempHome({ baseUrl: model.url });
  const env = { CODEX_HOME: home.home };
  const server = new Connection(target, { env, cwd: home.workspace });
  try {
    return await use(server);
  } finally {
    await server.close();
    await model.close();
    home.dispose();
  }
}

/** Uses a fresh, initialized server of ours with the plugin that floods. */
export async function withFlood<T>(
  target: Target,
  use: (server: Connection) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
  const file = join(folder, "plugins.config.json");
  const plugin = fileURLToPath(new URL("./flood-plugin.mjs", import.meta.url));
  writeFileSync(file, JSON.stringify({ plugins: { [plugin]: true } }));
  try {
    const args = [...target.args, "--plugins", file];
    return await withServer({ ...target, args }, [], async (server) => {
      await server.initialize();
      return use(server);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
