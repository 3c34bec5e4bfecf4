import { ConversationError, type ModelQuery } from "../../core/index.ts";
import { builtinIds } from "./builtin-ids.ts";
import { findLocalServer, type LocalServer } from "./local.ts";
import type { World } from "./world.ts";
import {
  builtinProviders,
  configuredProviders,
  doubtAbout,
  localProvider,
  variable,
  type Provider,
} from "./provider.ts";

/** Which model of which provider, and why; `provider` is undefined for one that a plugin added. */
export interface Choice {
  readonly id: string;
  readonly provider: Provider | undefined;
  /** Empty when nobody named one and only a plugin knows the default. */
  readonly model: string;
  /** One clause for people, without secrets. */
  readonly why: string;
}

/** Providers whose key in the environment is reason enough to choose them, in this order. */
const byKey = ["openai", "anthropic", "gemini", "openrouter"];

/**
 * Chooses: named in the request or the settings, then a stored sign-in, then a key in the environment,
 * then a server on this machine, then the offline provider.
 */
export async function choose(
  query: Pick<ModelQuery, "settings" | "model" | "provider" | "signal">,
  world: World,
  added: ReadonlySet<string>,
): Promise<Choice> {
  const { providers: configured, ignored } = await configuredProviders(query.settings.values);
  for (const id of ignored) {
    world.log.warn(`model_providers.${id} is ignored: this id is built in; choose another one`);
  }
  const providers = new Map([...builtinProviders(world.environment), ...configured]);
  const model = query.model ?? text(query, "model");
  const named = explicit(query);
  if (named === undefined) return found(query, world, { providers, model });

  const { id, why } = named;
  if (id === "offline") return offline(model, { why });
  const provider = providers.get(id);
  const doubt = provider === undefined ? undefined : doubtAbout(provider, query.settings.values);
  if (doubt !== undefined) world.log.warn(doubt);
  if (provider === undefined && !added.has(id)) {
    const known = new Set([...builtinIds, ...configured.keys(), ...added]);
    throw new ConversationError(
      "settings",
      `Model provider \`${id}\` not found (known: ${[...known].join(", ")})`,
    );
  }
  const chosen = model ?? provider?.defaultModel;
  if (chosen === undefined && provider !== undefined) {
    throw new ConversationError(
      "settings",
      `model is not set, and provider "${id}" has no default`,
    );
  }
  return { id, provider, model: chosen ?? "", why };
}

function explicit(
  query: Pick<ModelQuery, "settings" | "provider">,
): { readonly id: string; readonly why: string } | undefined {
  if (query.provider !== undefined) return { id: query.provider, why: "named in the request" };
  const id = text(query, "model_provider");
  if (id === undefined) return undefined;
  return {
    id,
    why: `model_provider from ${query.settings.source("model_provider") ?? "settings"}`,
  };
}

async function found(
  query: Pick<ModelQuery, "signal">,
  { environment: { env }, credentials, localPorts }: World,
  { providers, model }: { providers: ReadonlyMap<string, Provider>; model: string | undefined },
): Promise<Choice> {
  const take = (id: string, why: string): Choice => {
    const provider = providers.get(id);
    const name = model ?? provider?.defaultModel;
    return provider === undefined || name === undefined
      ? offline(model)
      : { id, provider, model: name, why };
  };
  const signedIn = await credentials?.status();
  if (signedIn?.method !== undefined) return take("openai", "signed in, by auth.json");
  for (const id of byKey) {
    const key = providers.get(id)?.envKey;
    if (key === undefined || variable(env, key) === undefined) continue;
    return take(id, `${key} is set`);
  }
  if (variable(env, "OPENAI_BASE_URL") !== undefined)
    return take("openai", "OPENAI_BASE_URL is set");

  const server = await findLocalServer(localPorts, query.signal);
  // A model that the server does not have was meant for another provider.
  if (server === undefined) return offline(model);
  if (model !== undefined && !server.models.includes(model)) return offline(model, { server });
  const name = model ?? server.models[0];
  const provider = localProvider("local", server.baseUrl, name);
  return { id: "local", provider, model: name, why: `a model server answers at ${server.baseUrl}` };
}

function offline(
  model: string | undefined,
  { why, server }: { readonly why?: string; readonly server?: LocalServer } = {},
): Choice {
  const answers =
    server === undefined
      ? `no local server answers${model === undefined ? "" : ` that has "${model}"`}`
      : `the model server at ${server.baseUrl} has no "${model}", only ${listed(server.models)}`;
  const reason = why ?? `no provider is named, no key is set, ${answers}`;
  return { id: "offline", provider: undefined, model: "offline", why: reason };
}

/** The first names of a list that may be long. */
export function listed(names: readonly string[]): string {
  const [shown, more] = [names.slice(0, 5).map((name) => `"${name}"`), names.length - 5];
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function text({ settings }: Pick<ModelQuery, "settings">, key: string): string | undefined {
  const value = settings.values[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new ConversationError(
    "settings",
    `${key}: expected a string, got ${JSON.stringify(value)}`,
  );
}
