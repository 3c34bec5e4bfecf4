import { errorMessage, isLoopback, type Finding, type SettingsTree } from "../../core/index.ts";
import { lacksSignIn } from "./access.ts";
import { choose, listed, type Choice } from "./choose.ts";
import { askServer } from "./local.ts";
import type { World } from "./world.ts";
import {
  configuredProviders,
  doubtAbout,
  publicUrls,
  variable,
  type Provider,
} from "./provider.ts";

/** What a conversation would get now: provider, model and why; never a secret. */
export async function diagnose(
  world: World,
  added: ReadonlySet<string>,
  query: { readonly settings: SettingsTree; readonly signal: AbortSignal },
): Promise<Finding[]> {
  try {
    const choice = await choose(query, world, added);
    const { id, model, provider, why } = choice;
    const doubts = await doubtsAbout(query.settings);
    if (id === "offline") {
      const help = howToGetOne;
      return [{ level: "warning", subject, message: `none: ${why}`, help }, ...doubts];
    }
    const at = provider === undefined ? "" : await addressOf(provider, world);
    const message = `${model} of provider ${id}${at} (${why})`;
    return [
      { level: "ok", subject, message },
      ...(await keyFindings(provider, world)),
      ...(await localFindings(choice, query.signal)),
      ...doubts,
    ];
  } catch (error) {
    return [{ level: "error", subject, message: errorMessage(error) }];
  }
}

const subject = "model";

async function addressOf(
  { baseUrl, wire, signIn }: Provider,
  { credentials }: World,
): Promise<string> {
  if (baseUrl !== undefined) return ` at ${withoutSecrets(baseUrl)}`;
  // A person's sign-in is served elsewhere than keys are.
  if (signIn !== "never" && (await credentials?.status())?.method === "chatgpt") return "";
  return wire === "package" ? "" : ` at ${publicUrls[wire]}`;
}

/** A URL may carry a name with a password, or a key. */
function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname.replace(/\/+$/, "");
}

async function keyFindings(
  provider: Provider | undefined,
  { environment, credentials }: World,
): Promise<Finding[]> {
  if (provider === undefined) return [];
  const method = provider.signIn === "never" ? undefined : (await credentials?.status())?.method;
  const key = provider.envKey;
  if (key === undefined) {
    if (method !== undefined || !lacksSignIn(provider)) return [];
    const message = `provider ${provider.id} needs a sign-in, and nobody is signed in`;
    return [{ level: "error", subject: "model key", message, help: "portico login" }];
  }
  const set = variable(environment.env, key) !== undefined;
  const needed = method === undefined && !provider.keyless;
  const level = set ? "ok" : needed ? "error" : "info";
  return [{ level, subject: "model key", message: `${key} is ${set ? "set" : "not set"}` }];
}

/** A server on this machine can be asked without a key whether it is there and has the model. */
async function localFindings({ id, model, provider }: Choice, signal: AbortSignal) {
  const baseUrl = provider?.baseUrl;
  // The one that was found has been asked.
  if (baseUrl === undefined || id === "local" || !isLocal(baseUrl)) return [];
  const server = await askServer(baseUrl.replace(/\/+$/, ""), signal);
  const where = `${withoutSecrets(baseUrl)} of provider ${id}`;
  const finding = (message: string): Finding[] => [{ level: "warning", subject, message }];
  if (server === undefined) return finding(`no list of models comes from ${where}`);
  if (server.models.includes(model)) return [];
  return finding(`${where} has no "${model}", only ${listed(server.models)}`);
}

function isLocal(address: string): boolean {
  const url = new URL(address);
  return url.protocol === "http:" && isLoopback(url);
}

/** Of every entry, though another provider is used now. */
async function doubtsAbout({ values }: SettingsTree): Promise<Finding[]> {
  const { providers } = await configuredProviders(values);
  return [...providers.values()].flatMap((provider): Finding[] => {
    const message = doubtAbout(provider, values);
    return message === undefined ? [] : [{ level: "warning", subject, message }];
  });
}

const howToGetOne =
  "set a key (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY), start a model server on this machine, or name a provider in config.toml";
