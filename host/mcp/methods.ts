import { InvalidParams, RpcError } from "../../core/errors.ts";
import { resolveDeferred } from "../../core/schema.ts";
import type { Schema } from "../../core/schema.ts";
import type { Registry } from "../plugins/registry.ts";
import type { OpenCall } from "../rpc/calls.ts";
import type { Params } from "../rpc/envelope.ts";
import { guarded, toRpcError } from "../rpc/errors.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { runAs } from "../rpc/stdout-guard.ts";
import { inject, injectable, Registered, Values } from "../tokens.ts";
import type { HostValues } from "../tokens.ts";
import { Contexts } from "./contexts.ts";
import { InLine } from "./in-line.ts";
import { describeIssues } from "./issues.ts";

/** The JSON-RPC methods and notifications of plugins; they need no `initialize`. */
@injectable()
export class PluginMethods {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Registered) private readonly registry: Registry,
    @inject(Contexts) private readonly contexts: Contexts,
    @inject(InLine) private readonly inLine: InLine,
    @inject(Values) private readonly values: Pick<HostValues, "options">,
  ) {}

  serve(): void {
    // In the dialect of app servers everything comes after `initialize`.
    const early = this.values.options?.appServer !== true;
    for (const [name, { definition }] of this.registry.methods) {
      this.peer.serve(name, (params, call) => this.#call(name, params, call), early);
      this.peer.allowBare(name);
      if (definition.outlastsInput === true) this.peer.outlastInput(name);
    }
    // Clients of these methods may know nothing of JSON-RPC's version.
    const greetings = ["initialize", "notifications/initialized"];
    if (this.registry.methods.size > 0) for (const each of greetings) this.peer.allowBare(each);
    for (const [name, { handler }] of this.registry.notifications) {
      // Nobody waits for a notification; `#notified` catches what goes wrong.
      if (handler !== undefined)
        this.peer.listen(name, (params) => void this.#notified(name, params));
    }
  }

  async #call(name: string, params: Params, call: OpenCall): Promise<unknown> {
    const owner = this.registry.methods.get(name);
    if (owner === undefined) throw new Error(`${name} was registered and is gone`);
    const { definition, handler, log } = owner;
    const turn = this.inLine.enter(call, definition.order);
    const result = await guarded(owner, call, async () => {
      await turn;
      const schema = await resolveDeferred<Schema>(definition.params);
      const given = definition.needsParams === true ? params : (params ?? {});
      const checked = await checkedParams(name, schema, given);
      return handler(checked, this.contexts.open(call, log, params));
    });
    return result === undefined ? {} : result;
  }

  async #notified(name: string, params: Params): Promise<void> {
    const owner = this.registry.notifications.get(name);
    if (owner?.handler === undefined) return;
    const { definition, handler, plugin, log } = owner;
    try {
      const schema = await resolveDeferred<Schema>(definition.params);
      const checked = await schema.safeParseAsync(params ?? {});
      if (checked.success) await runAs(plugin, () => handler(checked.data));
      else log.warn("ignored a notification whose params do not fit", { notification: name });
    } catch (error) {
      toRpcError(error, log);
    }
  }
}

async function checkedParams(name: string, schema: Schema, params: Params): Promise<unknown> {
  const checked = await schema.safeParseAsync(params);
  if (checked.success) return checked.data;
  const problems = describeIssues(checked.error.issues, params);
  const text = problems.map(({ message }) => message).join("; ");
  throw new RpcError(
    InvalidParams,
    `invalid params for ${name}: ${text}`,
    problems.map(({ path, message }) => ({ path, message })),
  );
}
