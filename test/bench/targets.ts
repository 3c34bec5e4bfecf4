import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "../helpers/peer-process.ts";

/** A server under measurement. */
export interface Target {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Answers requests only; knows no agent. */
  readonly floor?: boolean;
}

const versions = { "0.42.0": ["mcp", "serve"], "0.44.0": ["mcp-server"] };

/** Floor, ours, and the reference versions; these are installed into a cache folder when missing. */
export function targets(): Target[] {
  const echo = fileURLToPath(new URL("./echo.cjs", import.meta.url));
  const found: Target[] = [{ name: "floor", command: process.execPath, args: [echo], floor: true }];
  if (existsSync(program)) {
    found.push({ name: "portico", command: process.execPath, args: [program, "mcp"] });
  } else {
    process.stderr.write(`${program} is not built: npm run build\n`);
  }
  for (const [version, args] of Object.entries(versions)) {
    const command = referenceBinary(version);
    if (command === undefined) continue;
    const name = `codex ${version}`;
    found.push({ name, command, args });
    // With lsb_release on the PATH the reference starts it as a child, which costs it time.
    found.push({ name: `${name}, no lsb_release`, command, args, env: { PATH: barePath() } });
  }
  return found;
}

/** Those that answer `fuzzyFileSearch`. */
export function searchTargets(): Target[] {
  const found = targets().filter(({ name }) => name === "portico");
  for (const version of ["0.44.0", "0.169.0"]) {
    const command = referenceBinary(version);
    if (command === undefined) continue;
    found.push({ name: `codex ${version}`, command, args: ["app-server"] });
  }
  return found;
}

/** The reference of this version, installed into a cache folder when missing. */
export function referenceBinary(version: string): string | undefined {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "portico-bench", `codex-${version}`);
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const target = `vendor/${machine}-unknown-linux-musl`;
  // Later releases keep what is for one system in a package of its own.
  const places = [`codex/${target}/codex`, `codex-linux-${process.arch}/${target}/bin`];
  const binary = () =>
    places
      .map((place) => join(folder, "node_modules/@openai", place, "codex"))
      .find((path) => existsSync(path));
  const known = binary();
  if (known !== undefined) return known;
  mkdirSync(folder, { recursive: true });
  try {
    const install = ["install", "--prefix", folder, "--no-audit", "--no-fund"];
    execFileSync("npm", [...install, `@openai/codex@${version}`], { stdio: "ignore" });
  } catch (error) {
    process.stderr.write(`codex ${version} is left out: ${String(error)}\n`);
  }
  return binary();
}

/** Folders of the PATH without those that hold `lsb_release`, plus what turns need. */
function barePath(): string {
  const folders = (process.env["PATH"] ?? "").split(":");
  const kept = folders.filter((folder) => !existsSync(join(folder, "lsb_release")));
  return [...kept, "/bin-without-lsb_release"].join(":");
}
