import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "rolldown/utils";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const folders = ["core", "host", "plugins"];
const hostOnly = /^(tsyringe|json-rpc-2\.0|reflect-metadata)(\/|$)/;

describe("the sources", () => {
  const files = folders.flatMap(sourcesUnder);

  it("are found", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(files)("%s keeps the rules", (path) => {
    expect(violations(path, readFileSync(root + path, "utf8"))).toEqual([]);
  });
});

describe("the rules", () => {
  it.each([
    ["core/index.ts", 'export { z } from "zod";'],
    ["core/plugin/plugin.ts", 'import type { Log } from "../services/log.ts";'],
    ["plugins/tools/codex.ts", 'import { definePlugin } from "../../core/index.ts";'],
    ["plugins/engine/turn/loop.ts", 'import { run } from "../exec/run.ts";'],
    ["plugins/engine/turn/loop.ts", 'import { RpcError } from "../../../core/index.ts";'],
    ["plugins/engine/exec/run.ts", 'import { spawn } from "node:child_process";'],
    ["plugins/models/ai-sdk.ts", "const provider = await import(packageName);"],
    ["plugins/tools/run.ts", 'const fits = (console: string) => "process.stdout" + console;'],
    ["host/rpc/peer.ts", 'import { JSONRPCServer } from "json-rpc-2.0";'],
    ["host/compose.ts", 'import { boot } from "./plugins/boot.ts";'],
    ["host/mcp/tools.ts", 'import { isJsonObject } from "../../core/json.ts";'],
    ["host/cli.ts", 'import manifest from "../package.json" with { type: "json" };'],
    ["host/plugins/builtin.ts", 'const load = () => import("../../plugins/tools/index.ts");'],
    ["host/rpc/stdout-guard.ts", "console.log = noop; process.stdout.write = noop;"],
  ])("let %s write: %s", (path, source) => {
    expect(violations(path, source)).toEqual([]);
  });

  it.each([
    ["core/json.ts", 'import { readFile } from "node:fs";', "node:fs"],
    ["core/json.ts", 'import { readFile } from "fs";', "fs"],
    ["core/json.ts", 'import { inject } from "tsyringe";', "tsyringe"],
    ["core/json.ts", 'import type { Host } from "../host/host.ts";', "host/host.ts"],
    ["core/json.ts", 'export * from "../plugins/tools/methods.ts";', "plugins/tools/methods.ts"],
    ["core/json.ts", "const module = await import(name);", "computed"],
    ["core/json.ts", 'type Host = import("../host/host.ts").Host;', "host/host.ts"],
    ["plugins/tools/run.ts", 'import { Host } from "../../host/host.ts";', "host/host.ts"],
    [
      "plugins/tools/run.ts",
      'import { z } from "../models/choose.ts";',
      "plugins/models/choose.ts",
    ],
    ["plugins/tools/run.ts", 'import { RpcError } from "../../core/errors.ts";', "core/errors.ts"],
    ["plugins/tools/run.ts", 'import { RpcError } from "../../core/index.js";', "core/index.js"],
    ["plugins/tools/run.ts", 'import { JSONRPCClient } from "json-rpc-2.0";', "json-rpc-2.0"],
    ["plugins/tools/run.ts", 'import container from "tsyringe/dist/x.js";', "tsyringe/dist/x.js"],
    ["plugins/tools/run.ts", 'import { RpcError } from "portico/plugin";', "portico/plugin"],
    ["plugins/tools/run.ts", 'const host = () => import("../../host/host.ts");', "host/host.ts"],
    ["plugins/tools/run.ts", "const host = () => import(`../../host/host.ts`);", "host/host.ts"],
    ["plugins/tools/run.ts", 'import host = require("../../host/host.ts");', "host/host.ts"],
    ["plugins/tools/run.ts", 'const host = require("../../host/host.ts");', "host/host.ts"],
    ["plugins/tools/run.ts", 'import host from "/srv/host.ts";', "/srv/host.ts"],
    ["plugins/shared.ts", 'import { z } from "zod";', "plugins/shared.ts"],
    ["host/compose.ts", 'import tools from "../plugins/tools/index.ts";', "plugins/tools/index.ts"],
    ["host/compose.ts", 'const load = () => import("../plugins/tools/index.ts");', "builtin.ts"],
    ["host/plugins/builtin.ts", 'import tools from "../../plugins/tools/index.ts";', "builtin.ts"],
    [
      "host/compose.ts",
      'import { pipes } from "../test/helpers/pipes.ts";',
      "test/helpers/pipes.ts",
    ],
    ["host/log.ts", 'console.error("late");', "console"],
    ["host/log.ts", "globalThis.console.error(1);", "console"],
    ["host/log.ts", "const { error } = console;", "console"],
    ["plugins/tools/run.ts", "process.stdout.write(text);", "process.stdout"],
    ["plugins/tools/run.ts", 'process["stdout"].write(text);', "process.stdout"],
    ["plugins/tools/run.ts", "const { stdout } = process;", "process.stdout"],
    ["plugins/tools/run.ts", 'import { stdout } from "node:process";', "process.stdout"],
    ["plugins/tools/run.ts", "const one = 1;\n".repeat(301), "301 lines"],
    ["plugins/tools/run.ts", "const = ;", "does not parse"],
  ])("stop %s from writing: %s", (path, source, reason) => {
    expect(violations(path, source).join("\n")).toContain(reason);
  });
});

/** One sentence for each rule that this source of this file breaks. */
function violations(path: string, source: string): string[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) return [`${path} does not parse`];
  const found: string[] = [];
  const lines = source.replace(/\n$/, "").split("\n").length;
  if (lines > 300) found.push(`${path} has ${lines} lines, more than 300`);

  const importing = (node: { type: string; value?: unknown } | null, dynamic = false) => {
    if (node === null) return;
    const specifier = textOf(node);
    const target = specifier === undefined ? undefined : resolved(path, specifier);
    const reason = forbidden(path, target, dynamic);
    if (reason !== undefined) found.push(reason);
  };
  const printing = (what: string) => {
    if (path !== "host/rpc/stdout-guard.ts") found.push(`${path} uses ${what}`);
  };

  new Visitor({
    ImportDeclaration(node) {
      importing(node.source);
      if (!/^(node:)?process$/.test(node.source.value)) return;
      for (const each of node.specifiers) {
        if (each.type !== "ImportSpecifier" || each.imported.type !== "Identifier") continue;
        if (each.imported.name === "stdout") printing("process.stdout");
      }
    },
    ExportNamedDeclaration: (node) => importing(node.source),
    ExportAllDeclaration: (node) => importing(node.source),
    ImportExpression: (node) => importing(node.source, true),
    TSImportType: (node) => importing(node.source),
    TSExternalModuleReference: (node) => importing(node.expression),
    CallExpression({ callee, arguments: [argument] }) {
      if (callee.type === "Identifier" && callee.name === "require") importing(argument ?? null);
    },
    MemberExpression({ object, property }) {
      const name = property.type === "Identifier" ? property.name : textOf(property);
      if (object.type !== "Identifier") return;
      if (object.name === "console") printing("console");
      if (object.name === "globalThis" && name === "console") printing("console");
      if (object.name === "process" && name === "stdout") printing("process.stdout");
    },
    VariableDeclarator({ id, init }) {
      if (init?.type !== "Identifier") return;
      if (init.name === "console") printing("console");
      if (init.name !== "process" || id.type !== "ObjectPattern") return;
      const taken = id.properties.map((each) => (each.type === "Property" ? each.key : undefined));
      const stdout = taken.some((key) => key?.type === "Identifier" && key.name === "stdout");
      if (stdout) printing("process.stdout");
    },
  }).visit(program);
  return found;
}

/** Why this file may not import this, or undefined when it may; a computed import has no target. */
function forbidden(path: string, target: string | undefined, dynamic: boolean): string | undefined {
  const [folder, plugin, ...inside] = path.split("/");
  if (folder === "plugins" && inside.length === 0) return `${path} is not in a plugin's folder`;
  if (target === undefined) return folder === "core" ? `${path} has a computed import` : undefined;

  const local = target.startsWith("./");
  const file = target.replace(/^\.\//, "");
  const no = `${path} imports ${file}`;
  // By its own name the package is its last build, not its sources.
  if (target.startsWith("/") || /^portico(\/|$)/.test(target)) return no;
  if (folder === "core") {
    const allowed = local ? file.startsWith("core/") : /^zod(\/|$)/.test(target);
    return allowed ? undefined : no;
  }
  if (folder === "plugins") {
    if (!local) return hostOnly.test(target) ? no : undefined;
    const allowed = file === "core/index.ts" || file.startsWith(`plugins/${plugin}/`);
    return allowed ? undefined : no;
  }
  if (!local || /^(core|host)\//.test(file) || file === "package.json") return undefined;
  if (!file.startsWith("plugins/")) return no;
  const named = path === "host/plugins/builtin.ts" && dynamic;
  return named ? undefined : `${no}; only host/plugins/builtin.ts does, by import()`;
}

/** `./` and the path from the root for our own files, else the specifier as it stands. */
function resolved(path: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return `./${posix.join(posix.dirname(path), specifier)}`;
}

/** The text of a literal, or of a template without holes. */
function textOf(node: { type: string; value?: unknown }): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (!("quasis" in node) || !Array.isArray(node.quasis) || node.quasis.length !== 1)
    return undefined;
  const [only] = node.quasis as { value: { cooked: string | null } }[];
  return only?.value.cooked ?? undefined;
}

function sourcesUnder(folder: string): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path))
    .sort();
}
