// `npm run compare`: the same scenarios against ours and the reference, in both dialects. Every
// difference must stand in README.md here; exit code 1 when one does not, or stands there in vain.
import { readFileSync } from "node:fs";
import { program } from "../helpers/peer-process.ts";
import { referenceBinary } from "../bench/targets.ts";
import { Driver, type Target, type Transcript } from "./driver.ts";
import { differences, type Difference } from "./plain.ts";
import { scenarios, type Scenario } from "./scenarios.ts";
import { signInScenarios } from "./sign-in.ts";

interface Pair {
  readonly dialect: string;
  readonly ours: Target;
  readonly theirs: Target;
}

const known = readKnown(readFileSync(new URL("README.md", import.meta.url), "utf8"));
const only = process.argv[2];
const met = new Set<string>();
let isNew = false;

for (const pair of pairs()) {
  for (const scenario of [...scenarios, ...signInScenarios]) {
    if (only !== undefined && !scenario.name.startsWith(only)) continue;
    const [ours, theirs] = [await play(pair.ours, scenario), await play(pair.theirs, scenario)];
    for (const found of compared(ours, theirs)) report(pair, scenario, found);
  }
}
if (only === undefined) {
  for (const [pattern, verdict] of known) {
    if (met.has(pattern) || verdict === "at times") continue;
    print(`gone: ${pattern}`);
    isNew = true;
  }
}
process.exitCode = isNew ? 1 : 0;

function pairs(): Pair[] {
  const versions = [
    ["mcp", "0.42.0", ["mcp", "serve"]],
    ["app-server", "0.44.0", ["app-server"]],
  ] as const;
  return versions.flatMap(([dialect, version, args]) => {
    const command = referenceBinary(version);
    if (command === undefined) return [];
    return {
      dialect,
      ours: { name: "portico", command: process.execPath, args: [program, dialect] },
      theirs: { name: `codex ${version}`, command, args },
    };
  });
}

async function play(target: Target, { script = [], config, run }: Scenario): Promise<Transcript> {
  const driver = await Driver.start(target, script, config);
  const greeting = await driver.initialize();
  // The same in every scenario.
  if (run === scenarios[0]?.run) driver.note("initialize", greeting);
  await run(driver);
  return driver.close();
}

function compared(ours: Transcript, theirs: Transcript): Difference[] {
  const steps = new Set([...ours.keys(), ...theirs.keys()]);
  return [...steps].flatMap((step) => differences(step, ours.get(step), theirs.get(step)));
}

function report({ dialect }: Pair, { name }: Scenario, { at, ours, theirs }: Difference): void {
  const place = `${dialect}: ${name}: ${at}`;
  const pattern = [...known.keys()].find((each) => fits(each, place));
  if (pattern !== undefined) met.add(pattern);
  const verdict = pattern === undefined ? "NEW" : (known.get(pattern) ?? "");
  isNew ||= pattern === undefined;
  print(`${verdict}: ${place}\n    ours   ${short(ours)}\n    theirs ${short(theirs)}`);
}

/** Rows of the table: place, with `*` for anything, and verdict. */
function readKnown(page: string): Map<string, string> {
  const rows = page.matchAll(/^\| `([^`]+)` \| (intended|not intended|at times) \|/gm);
  return new Map([...rows].map(([, place = "", verdict = ""]) => [place, verdict]));
}

function fits(pattern: string, place: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(place);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
