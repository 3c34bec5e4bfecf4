import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { fakeIssuer, idToken } from "../../helpers/fake-issuer.ts";
import { PeerProcess } from "../../helpers/peer-process.ts";

/** A home folder of its own, gone when the test ends. */
export function homeFolder(auth?: object | string, config = ""): string {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "portico-auth-")));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  if (auth !== undefined) writeAuth(home, auth);
  writeFileSync(join(home, "config.toml"), config);
  return home;
}

export function writeAuth(home: string, auth: object | string): void {
  const text = typeof auth === "string" ? auth : JSON.stringify(auth);
  writeFileSync(join(home, "auth.json"), text);
}

export function readAuth(home: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(home, "auth.json"), "utf8")) as Record<string, unknown>;
}

/** The permission bits of `auth.json`. */
export function modeOf(home: string): number {
  return statSync(join(home, "auth.json")).mode & 0o777;
}

/** An issuer that is closed when the test ends. */
export async function issuer(...script: Parameters<typeof fakeIssuer>) {
  const made = await fakeIssuer(...script);
  onTestFinished(() => made.close());
  return made;
}

/** `config.toml` for this issuer; any free port waits for the browser. */
export function configFor(url: string, port = 0): string {
  return `[auth]\nissuer = "${url}"\nclient_id = "test-client"\nport = ${port}\n`;
}

/** A ChatGPT sign-in whose tokens were last renewed so many days ago. */
export function chatGpt(days: number, more: object = {}): object {
  return {
    OPENAI_API_KEY: null,
    tokens: {
      id_token: idToken,
      access_token: "old-access",
      refresh_token: "old-refresh",
      account_id: "acc-1",
    },
    last_refresh: new Date(Date.now() - days * 24 * 3_600_000).toISOString(),
    ...more,
  };
}

/** A server of the built program on this home folder. */
export function server(home: string, env: Record<string, string> = {}): PeerProcess {
  const peer = new PeerProcess(["mcp"], {
    cwd: home,
    env: { PORTICO_HOME: home, CODEX_HOME: "", OPENAI_API_KEY: "", ...env },
  });
  onTestFinished(() => peer.dispose());
  return peer;
}
