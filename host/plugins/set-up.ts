import type { DependencyContainer } from "tsyringe";
import { HostError } from "../../core/errors.ts";
import { runAs } from "../rpc/stdout-guard.ts";
import type { BootSeams } from "../tokens.ts";
import { addService, openContext, servicesFor } from "./context.ts";
import { type Limit, withLimit } from "./limit.ts";
import type { LoadedPlugin } from "./load.ts";
import type { Recorded } from "./recorded.ts";

export interface SetUp {
  readonly loaded: LoadedPlugin;
  readonly options: unknown;
  readonly services: DependencyContainer;
  readonly seams: BootSeams;
  /** Milliseconds. */
  readonly limitMs: number;
  /** Is told of the recording before the plugin runs, so that disposers are known if it fails. */
  readonly recording: (recorded: Recorded) => void;
}

/** Sets one plugin up: what it recorded, with its services in the container. */
export async function setUp(set: SetUp): Promise<Recorded> {
  const { plugin } = set.loaded;
  const { context, recorded, seal } = openContext(plugin, set.options, set.seams);
  set.recording(recorded);
  const services = servicesFor(plugin, set.services);
  try {
    const working = runAs(plugin.name, () => plugin.setup(context, services));
    // Most set-ups are over by now, and a limit costs the start a timer.
    if (working !== undefined) await withLimit(working, limitOf(set));
  } finally {
    seal();
  }
  const missing = (plugin.provides ?? []).find(({ id }) => !recorded.services.has(id));
  if (missing !== undefined) {
    throw new HostError(
      "PLUGIN_INVALID",
      `lists the service "${missing.id}" in "provides" but did not provide it`,
    );
  }
  for (const [id, service] of recorded.services) addService(set.services, id, service);
  return recorded;
}

function limitOf({ limitMs, seams }: SetUp): Limit {
  return {
    limitMs,
    late: () => new HostError("PLUGIN_TIMEOUT", `its set-up did not finish within ${limitMs} ms`),
    signal: seams.signal,
    stopped: () => new HostError("PLUGIN_FAILED", "the host closed while it was set up"),
  };
}
