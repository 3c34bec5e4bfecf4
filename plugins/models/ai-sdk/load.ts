import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { errorMessage } from "../../../core/index.ts";
import type { Access } from "../access.ts";
import { ModelError } from "../failure.ts";
import type { Opening } from "../opening.ts";
import type { ReasoningName } from "./reasoning-name.ts";

/** Loads the AI SDK provider of a wire, each only when it is used, and takes the model from it. */
export async function languageModel(
  { provider, choice, world }: Opening,
  access: Access,
  { fetch, reasoning }: { fetch: typeof globalThis.fetch; reasoning: ReasoningName },
): Promise<LanguageModelV4> {
  const { id, wire } = provider;
  // The libraries insist on a key; without one its header is taken away again.
  const settings = { baseURL: access.baseUrl, apiKey: access.key ?? "none", fetch };
  switch (wire) {
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic(settings)(choice.model);
    }
    case "gemini": {
      const { createGoogle } = await import("@ai-sdk/google");
      return createGoogle(settings)(choice.model);
    }
    case "package":
      return fromPackage(provider.package ?? "", world.home, {
        model: choice.model,
        settings: {
          name: id,
          apiKey: access.key,
          fetch,
          ...(access.baseUrl !== "" && { baseURL: access.baseUrl }),
        },
      });
    case "chat":
    case "responses": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      return createOpenAICompatible({
        name: id,
        baseURL: access.baseUrl,
        fetch,
        includeUsage: true,
        transformRequestBody: (body: Record<string, unknown>) => reasoning.apply(body),
        metadataExtractor: {
          extractMetadata: async () => undefined,
          createStreamExtractor: () => ({
            processChunk: (chunk) => reasoning.learn(chunk),
            buildMetadata: () => undefined,
          }),
        },
      })(choice.model);
    }
  }
}

/** A model of the first `create…` function that an installed AI SDK provider exports. */
async function fromPackage(
  name: string,
  home: string,
  { model, settings }: { model: string; settings: object },
): Promise<LanguageModelV4> {
  const refuse = (why: string) =>
    new ModelError({ message: `ai_sdk "${name}": ${why}`, retryable: false });
  let exports: Record<string, unknown>;
  try {
    const path = createRequire(join(home, "config.toml")).resolve(name);
    exports = await (await import("./import-package.ts")).importPackage(pathToFileURL(path).href);
  } catch (error) {
    throw refuse(errorMessage(error));
  }
  const create = Object.entries(exports).find(
    ([key, value]) => /^create[A-Z]/.test(key) && typeof value === "function",
  )?.[1];
  if (typeof create !== "function") throw refuse("exports no create… function");
  // An AI SDK provider by its contract; what it makes is checked below.
  const provider = (create as Factory)(settings);
  const made = provider.languageModel?.(model);
  if (made === undefined) throw refuse("its provider has no languageModel()");
  const version: string = made.specificationVersion;
  if (version !== "v4")
    throw refuse(`speaks version "${version}" of the model interface, "v4" is needed`);
  return made;
}

type Factory = (settings: object) => { languageModel?(model: string): LanguageModelV4 };
