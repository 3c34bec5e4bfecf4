import type { Environment, Log } from "../../core/index.ts";
import type { Order } from "./search/collector.ts";
import type { ThreadSettings } from "./search/messages.ts";
import { Searches } from "./searches.ts";
import { ThreadClient } from "./thread-client.ts";

export interface OpenOptions {
  readonly settings: ThreadSettings;
  readonly order: Order;
  readonly environment: Environment;
  readonly log: Log;
  readonly onClose: (dispose: () => Promise<void>) => void;
}

/** Apart from the plugin's own file, which every start of the program loads. */
export function openSearches({
  settings,
  order,
  environment,
  log,
  onClose,
}: OpenOptions): Searches {
  const thread = new ThreadClient(settings, log);
  onClose(() => thread.close());
  return new Searches({ thread, environment, order });
}
