import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { errorMessage, isRpcError, MethodNotFound, type Environment } from "../../../core/index.ts";
import { openPage } from "./browser.ts";
import { connect, ServerGone, type Server } from "./server.ts";
import { readWords, type Words } from "./words.ts";

const usage = `Usage: portico login [--with-api-key] [options]
       portico login status [options]

Signs in with a ChatGPT account, in the browser.

  --with-api-key            reads an API key from stdin instead
  -c, --config <key=value>  override of config.toml; may be repeated
  --plugins <file>          plugin configuration of the server
`;
const logoutUsage = "Usage: portico logout [-c key=value] [--plugins file]\n";
const pipeIt = "the key is read from stdin: portico login --with-api-key < FILE";

export async function login(argv: readonly string[], environment: Environment): Promise<number> {
  const words = readWords(argv, ["status"]);
  if (typeof words === "string") return complain(`${words} (${pipeIt})`, 2);
  if (words.help) return say(usage);
  if (words.name === "status") {
    return withServer(words, environment, async (server) => {
      const who = await signedIn(server);
      say(who ?? "Not signed in.");
      return who === undefined ? 1 : 0;
    });
  }
  if (!words.withApiKey) return withServer(words, environment, inBrowser);
  if (process.stdin.isTTY) return complain(pipeIt, 2);
  const apiKey = await readKey();
  if (apiKey === "") return complain("there is no API key on stdin", 1);
  return withServer(words, environment, async (server) => {
    await server.request("loginApiKey", { apiKey });
    return say("Signed in with an API key.");
  });
}

export async function logout(argv: readonly string[], environment: Environment): Promise<number> {
  const words = readWords(argv, []);
  if (typeof words === "string") return complain(words, 2);
  if (words.help) return say(logoutUsage);
  return withServer(words, environment, async (server) => {
    await server.request("logoutChatGpt");
    return say("Signed out.");
  });
}

async function inBrowser(server: Server): Promise<number> {
  const { authUrl, loginId } = await server.request("loginChatGpt");
  say(`Open this page to sign in (Ctrl-C gives up):\n\n${text(authUrl)}\n`);
  if (isatty(1)) openPage(text(authUrl));
  const end = await server.notified(
    "loginChatGptComplete",
    (params) => params["loginId"] === loginId,
  );
  if (end["success"] !== true) return complain(`not signed in: ${text(end["error"])}`, 1);
  return say((await signedIn(server)) ?? "Signed in.");
}

/** Who is signed in, in a sentence. */
async function signedIn(server: Server): Promise<string | undefined> {
  const { authMethod } = await server.request("getAuthStatus");
  if (authMethod === "apikey") return "Signed in with an API key.";
  if (authMethod !== "chatgpt") return undefined;
  const { allegedUserEmail } = await server.request("userInfo");
  const as = typeof allegedUserEmail === "string" ? ` as ${allegedUserEmail}` : "";
  return `Signed in with ChatGPT${as}.`;
}

/** Talks to a server of this program, so that all its settings and plugins count. */
async function withServer(
  { server: args }: Words,
  environment: Environment,
  use: (server: Server) => Promise<number>,
): Promise<number> {
  // The status tells of the sign-in only where the provider asks for one.
  const server = connect([...args, "-c", 'model_provider="openai"'], environment);
  try {
    return await use(server);
  } catch (error) {
    // Why it did not start is on stderr.
    if (error instanceof ServerGone) return 2;
    if (isRpcError(error) && error.code === MethodNotFound) {
      return complain("the plugin auth is switched off", 2);
    }
    return complain(errorMessage(error), 1);
  } finally {
    await server.close();
  }
}

async function readKey(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8").trim();
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function say(line: string): number {
  writeSync(1, line.endsWith("\n") ? line : `${line}\n`);
  return 0;
}

function complain(why: string, code: number): number {
  writeSync(2, `portico: ${why}\n`);
  return code;
}
