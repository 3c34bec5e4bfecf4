import type { Environment, Log, Models, Settings } from "../../core/index.ts";
import type { Residents } from "./residents.ts";
import type { AgentToolRegistry } from "./tools/registry.ts";

/** What the engine stands on. */
export interface Surroundings {
  readonly settings: Settings;
  readonly models: Models;
  readonly agentTools: AgentToolRegistry;
  readonly environment: Environment;
  readonly log: Log;
  readonly residents: Residents;
}
