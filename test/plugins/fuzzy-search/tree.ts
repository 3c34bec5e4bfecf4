import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { SearchEngine } from "../../../plugins/fuzzy-search/search/engine.ts";
import type {
  Found,
  Partial,
  SearchRequest,
  ThreadSettings,
} from "../../../plugins/fuzzy-search/search/messages.ts";

/** A folder with these files, gone after the test. A path that ends with a slash is a folder. */
export function tree(files: Readonly<Record<string, string>> | readonly string[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "portico-tree-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const texts: Readonly<Record<string, string>> = isList(files)
    ? Object.fromEntries(files.map((path) => [path, ""]))
    : files;
  for (const [path, text] of Object.entries(texts)) write(join(root, path), text);
  return root;
}

function isList(files: unknown): files is readonly string[] {
  return Array.isArray(files);
}

export function write(path: string, text = ""): void {
  mkdirSync(path.endsWith("/") ? path : dirname(path), { recursive: true });
  if (!path.endsWith("/")) writeFileSync(path, text);
}

// The person's own configuration must not decide.
export const gitEnv = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  XDG_CONFIG_HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
};

export function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
  return execFileSync("git", [...identity, ...args], { cwd, env: gitEnv, encoding: "utf8" });
}

/** An engine without a thread around it. */
export function engineOf(settings: globalThis.Partial<ThreadSettings> = {}): SearchEngine {
  const engine = new SearchEngine({
    env: gitEnv,
    hidden: true,
    strict: false,
    maxFiles: 100_000,
    maxWatches: 1000,
    forgetAfterMs: 60_000,
    ...settings,
  });
  onTestFinished(() => engine.close());
  return engine;
}

export interface Searching extends globalThis.Partial<SearchRequest> {
  readonly signal?: AbortSignal;
  readonly onPartial?: (partial: Partial) => void;
}

/** What a search of these roots finds. */
export async function find(
  engine: SearchEngine,
  roots: string | readonly string[],
  query: string,
  more: Searching = {},
): Promise<Found> {
  const given = typeof roots === "string" ? [roots] : roots;
  const { signal = new AbortController().signal, onPartial = () => undefined } = more;
  const request = {
    query,
    roots: given.map((path) => ({ given: path, path })),
    order: more.order ?? "meant",
    limit: more.limit ?? 50,
    partials: more.onPartial !== undefined,
  };
  return engine.search(request, { signal, onPartial });
}

/** The paths a search finds, in order. */
export async function paths(
  engine: SearchEngine,
  roots: string | readonly string[],
  query: string,
  more: Searching = {},
): Promise<string[]> {
  const { files } = await find(engine, roots, query, more);
  return files.map(({ path }) => path);
}
