import type { ModelQuery, ModelTraits } from "../../core/index.ts";
import type { Choice } from "./choose.ts";
import type { Network } from "./http/network.ts";
import type { Provider } from "./provider.ts";
import type { World } from "./world.ts";

/** Everything that one model of one provider is made of. */
export interface Opening {
  readonly world: World;
  readonly query: ModelQuery;
  readonly provider: Provider;
  readonly choice: Choice;
  readonly traits: ModelTraits;
  readonly network: Network;
}
