import { measures, middle, type Measure } from "./measures.ts";
import { memoryMeasures } from "./memory.ts";
import { searchMeasures } from "./search.ts";
import { targets, type Target } from "./targets.ts";

// Usage: npm run bench [-- PART_OF_A_TITLE …]. Every measure runs its targets in turn, A B C A B C …,
// so that a machine that slows down slows all of them; only the ratios mean something.

type Figures = Map<string, Map<string, number[]>>;

const wanted = process.argv.slice(2);
const all = targets();
for (const measure of [...measures, ...memoryMeasures, ...searchMeasures]) {
  if (wanted.length > 0 && !wanted.some((part) => measure.title.includes(part))) continue;
  const figures = await collect(measure, all);
  process.stdout.write(`${table(measure, figures)}\n`);
}

async function collect(measure: Measure, from: readonly Target[]): Promise<Figures> {
  const figures: Figures = new Map();
  const taking = (measure.targets?.() ?? from).filter((target) => {
    if (measure.ours === true) return target.name === "portico";
    return measure.agent !== true || target.floor !== true;
  });
  for (let run = 0; run <= measure.runs; run += 1) {
    for (const target of taking) {
      const result = await measure.run(target);
      // The first round warms caches of disk and compiler.
      if (run === 0 && measure.runs > 1) continue;
      for (const [name, value] of Object.entries(result)) {
        const byTarget = figures.get(name) ?? new Map<string, number[]>();
        byTarget.set(target.name, [...(byTarget.get(target.name) ?? []), value]);
        figures.set(name, byTarget);
      }
    }
    process.stderr.write(`${measure.title}: round ${run} of ${measure.runs}\n`);
  }
  return figures;
}

function table(measure: Measure, figures: Figures): string {
  const lines = [`## ${measure.title} (${measure.unit}, medians; ratio = portico : other)`, ""];
  for (const [name, byTarget] of figures) {
    lines.push(`| ${name} | median | min | max | ratio |`, "|---|---:|---:|---:|---:|");
    const ours = middle(byTarget.get("portico") ?? []);
    for (const [target, values] of byTarget) {
      const cells = [middle(values), Math.min(...values), Math.max(...values)].map(digits);
      lines.push(`| ${target} | ${cells.join(" | ")} | ${digits(ours / middle(values))} |`);
    }
    lines.push("");
  }
  return lines.join("\n");
}

function digits(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}
