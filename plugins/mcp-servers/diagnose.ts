import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, resolve } from "node:path";
import { errorMessage, isConversationError, isJsonObject } from "../../core/index.ts";
import type { Environment, Finding, SettingsTree } from "../../core/index.ts";
import { serverNameProblem } from "./names.ts";
import { isOwnProgram } from "./own-program.ts";
import { readServer, type Address, type Program } from "./settings.ts";
import { headersFor } from "./transport.ts";

const subject = "mcp server";

/** What would keep each configured server from being had; nothing is started or asked. */
export async function diagnose(tree: SettingsTree, environment: Environment): Promise<Finding[]> {
  const tables = tree.values["mcp_servers"];
  if (tables === undefined) return [];
  if (!isJsonObject(tables)) {
    return [{ level: "error", subject, message: "mcp_servers: expected a table" }];
  }
  const names = Object.keys(tables);
  return Promise.all(names.map((name) => examine(name, tree, environment)));
}

async function examine(
  name: string,
  tree: SettingsTree,
  environment: Environment,
): Promise<Finding> {
  try {
    const { enabled, endpoint } = readServer(tree, name);
    const problem = serverNameProblem(name);
    if (problem !== undefined) throw new Error(problem);
    if (!enabled) return { level: "info", subject, message: `${name}: off` };
    const where =
      "url" in endpoint ? web(endpoint, environment) : await local(endpoint, environment);
    return { level: "ok", subject, message: `${name}: ${where}` };
  } catch (error) {
    // A wrong setting is named by its whole key.
    const named = isConversationError(error) ? "" : `${name}: `;
    return { level: "error", subject, message: named + errorMessage(error) };
  }
}

/** The query may hold a key, so it is not shown. */
function web(address: Address, { env }: Environment): string {
  const { origin, pathname } = address.url;
  const place = `streamable HTTP, ${origin}${pathname}`;
  try {
    headersFor(address, env);
    return place;
  } catch (error) {
    throw new Error(`${place}: ${errorMessage(error)}`, { cause: error });
  }
}

async function local(program: Program, { cwd, env }: Environment): Promise<string> {
  const from = { cwd, path: env["PATH"] };
  if (await isOwnProgram(program, process.argv[1], from)) {
    throw new Error("stdio: it is this program itself, which would start itself over and over");
  }
  const path = await find(program, from);
  if (path !== undefined) return `stdio, ${path}`;
  const command = JSON.stringify(program.command);
  throw new Error(`stdio: the program ${command} is not found, or not executable`);
}

async function find(
  { command, env, cwd = "" }: Program,
  from: { readonly cwd: string; readonly path: string | undefined },
): Promise<string | undefined> {
  const folders = (env["PATH"] ?? from.path ?? "").split(delimiter);
  const paths = command.includes("/")
    ? [resolve(from.cwd, cwd, command)]
    : folders.map((folder) => resolve(folder, command));
  for (const path of paths) {
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
