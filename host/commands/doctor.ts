import { mkdtempSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorMessage, isHostError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Environment, Finding } from "../../core/plugin/plugin.ts";
import type { SettingsTree } from "../../core/services/settings.ts";
import { unknownKeys } from "../config/known-keys.ts";
import { ignoredText } from "../config/plugins.ts";
import { profileKeys } from "../config/settings.ts";
import type { PluginStatus } from "../plugins/status.ts";
import { look, type Look } from "./look.ts";
import { headline, type Report } from "./plugins.ts";

/** `portico doctor`: what was found, where it came from, what is missing. Code 1 when an error is. */
export async function examine({ args, environment, print }: Report): Promise<number> {
  const findings = [...programFindings(environment), ...(await lookAround(args, environment))];
  findings.push(await gitFinding());
  if (args.json) await print(JSON.stringify({ findings }, undefined, 2));
  else await print(findings.map(lines).join("\n"));
  return findings.some(({ level }) => level === "error") ? 1 : 0;
}

async function lookAround(args: Report["args"], environment: Environment): Promise<Finding[]> {
  let found: Look;
  try {
    found = await look(args, environment);
  } catch (error) {
    if (!isHostError(error)) throw error;
    return [{ level: "error", subject: "start", message: `${error.code}: ${error.message}` }];
  }
  const { booted } = found;
  const findings = [
    ...configurationFindings(found),
    ...(await settingFindings(found)),
    ...booted.plugins.map(pluginFinding),
    ...(await booted.examine()),
  ];
  await booted.close();
  return findings;
}

function programFindings({ version }: Environment): Finding[] {
  const node = `${process.version} (${process.execPath}), needed: 22.22+ (22.x) or 24.15+`;
  return [
    { level: "ok", subject: "portico", message: version },
    // An unfit Node does not get this far: the launcher says so.
    { level: "ok", subject: "node", message: node },
  ];
}

function configurationFindings({ configuration, settings }: Look): Finding[] {
  const plugins = configuration.file ?? "no plugins.config file, built-ins as they are";
  const toml = settings.fileExists ? settings.file : `no ${settings.file}, defaults apply`;
  return [
    { level: "info", subject: "configuration", message: plugins },
    ...(configuration.ignored ?? []).map(ignoredFinding),
    { level: "info", subject: "configuration", message: toml },
    homeFinding(settings.home),
  ];
}

function ignoredFinding(file: string): Finding {
  return { level: "warning", subject: "configuration", message: ignoredText(file) };
}

/** Tried, as rights alone do not tell of a file system that is read-only or full. */
function homeFinding(home: string): Finding {
  const subject = "home";
  if (statSync(home, { throwIfNoEntry: false }) === undefined) {
    return { level: "info", subject, message: `${home} is not there yet` };
  }
  try {
    rmdirSync(mkdtempSync(join(home, ".doctor-")));
    return { level: "ok", subject, message: `${home} can be written` };
  } catch (error) {
    const message = `${home} cannot be written, so conversations and sign-ins are not kept: ${errorMessage(error)}`;
    const help = "make it writable, or name another folder in PORTICO_HOME";
    return { level: "warning", subject, message, help };
  }
}

/** Keys and where they came from; values may be secrets and stay out. */
async function settingFindings({ settings, booted }: Look): Promise<Finding[]> {
  let tree: SettingsTree;
  try {
    tree = await settings.load();
  } catch (error) {
    return [{ level: "error", subject: "setting", message: errorMessage(error) }];
  }
  const from = (key: string) => `from ${tree.source(key) ?? "an unknown place"}`;
  const set = leaves(tree.values).map((key): Finding => ({
    level: "info",
    subject: "setting",
    message: `${key} ${from(key)}`,
  }));
  const read = await booted.settingsRead();
  const readers = read.flatMap((one) => ("schema" in one ? [one.schema] : []));
  const unread = unknownKeys(tree.values, readers).map(({ key, meant }): Finding => ({
    level: "warning",
    subject: "setting",
    message: `${key} ${from(key)} is read by no plugin and has no effect`,
    help: adviceOn(key, meant),
  }));
  const unshown = read.flatMap((one): Finding[] =>
    "problem" in one ? [{ level: "error", subject: one.plugin, message: one.problem }] : [],
  );
  return [...set, ...unread, ...unshown];
}

function adviceOn(key: string, meant: string | undefined): string {
  if (meant !== undefined) return `did you mean ${meant}?`;
  if (key.startsWith("profiles.")) return `a profile holds only ${profileKeys.join(", ")}`;
  return "plugins name in `settings` what they read";
}

/** Dotted keys of all values that are no tables. */
function leaves(table: JsonObject, prefix = ""): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    isJsonObject(value) ? leaves(value, `${prefix}${key}.`) : [prefix + key],
  );
}

function pluginFinding(status: PluginStatus): Finding {
  const isFault = status.state === "failed" || status.state === "blocked";
  return { level: isFault ? "error" : "ok", subject: "plugin", message: headline(status) };
}

async function gitFinding(): Promise<Finding> {
  const { execa } = await import("execa");
  const { exitCode, stdout } = await execa("git", ["--version"], { reject: false, timeout: 5_000 });
  if (exitCode === 0) return { level: "ok", subject: "git", message: stdout.trim() };
  return {
    level: "warning",
    subject: "git",
    message: "not found: diffs of a turn and branches are not known",
    help: "apt-get install git",
  };
}

const marks = { ok: "ok", info: "  ", warning: "!!", error: "XX" };

function lines({ level, subject, message, help }: Finding): string {
  const line = `${marks[level]}  ${subject.padEnd(14)}${message}`;
  return help === undefined ? line : `${line}\n${" ".repeat(18)}${help}`;
}
