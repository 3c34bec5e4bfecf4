import {
  ConversationError,
  type Model,
  type ModelProvider,
  type ModelQuery,
} from "../../core/index.ts";
import { choose, type Choice } from "./choose.ts";
import { Network } from "./http/network.ts";
import type { Opening } from "./opening.ts";
import { modelTraits } from "./traits.ts";
import type { World } from "./world.ts";

/** Opens the models of this process and owns their sockets. */
export class Opener {
  readonly #world: World;
  readonly #added: ReadonlyMap<string, ModelProvider>;
  readonly #network: Network;
  #announced = "";

  constructor(world: World, added: ReadonlyMap<string, ModelProvider>) {
    this.#world = world;
    this.#added = added;
    this.#network = new Network(world.environment.env);
  }

  async open(query: ModelQuery): Promise<Model> {
    const choice = await choose(query, this.#world, new Set(this.#added.keys()));
    this.#announce(choice);
    if (choice.id === "offline") {
      const { offlineModel } = await import("./offline/model.ts");
      return offlineModel(query, choice, this.#world.environment);
    }
    const { provider } = choice;
    if (provider === undefined) return this.#openAdded(choice, query);
    const opening: Opening = {
      world: this.#world,
      query,
      provider,
      choice,
      traits: await modelTraits(choice.model, provider.wire, query.settings),
      network: this.#network,
    };
    if (provider.wire === "responses") {
      return (await import("./responses/model.ts")).responsesModel(opening);
    }
    return (await import("./ai-sdk/model.ts")).aiSdkModel(opening);
  }

  close(): void {
    this.#network.close();
  }

  #openAdded({ id, model }: Choice, query: ModelQuery): Promise<Model> {
    const provider = this.#added.get(id);
    if (provider === undefined) {
      throw new ConversationError("settings", `Model provider \`${id}\` not found`);
    }
    return provider.open({ ...query, ...(model !== "" && { model }), provider: id });
  }

  // Once for each new choice, not for each conversation.
  #announce({ id, model, why }: Choice): void {
    const named = model === "" ? "default model" : `model ${model}`;
    const line = `${named} of provider ${id}: ${why}`;
    if (line === this.#announced) return;
    this.#announced = line;
    this.#world.log.info(line);
  }
}
