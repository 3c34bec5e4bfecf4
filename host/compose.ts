import { Handshake } from "./mcp/handshake.ts";
import { Asking } from "./mcp/ask.ts";
import { Cancelling } from "./mcp/cancel.ts";
import { Completion } from "./mcp/completion.ts";
import { Contexts } from "./mcp/contexts.ts";
import { AppServerHandshake } from "./mcp/app-server.ts";
import { InLine } from "./mcp/in-line.ts";
import { Logging } from "./mcp/logging.ts";
import { PluginMethods } from "./mcp/methods.ts";
import { Prompts } from "./mcp/prompts.ts";
import { Resources } from "./mcp/resources.ts";
import { Tools } from "./mcp/tools.ts";
import { HostLog } from "./log.ts";
import { Connection } from "./connection.ts";
import { Calls } from "./rpc/calls.ts";
import { Exchanges } from "./rpc/exchanges.ts";
import { Outbox } from "./rpc/outbox.ts";
import { RpcPeer } from "./rpc/peer.ts";
import { RequestIds } from "./rpc/request-ids.ts";
import { Session } from "./rpc/session.ts";
import { container, Logs, Opening, Registered, Values } from "./tokens.ts";
import type { HostValues } from "./tokens.ts";
import type { InjectionToken } from "tsyringe";

const services = [
  HostLog,
  RequestIds,
  Outbox,
  Calls,
  Session,
  Exchanges,
  RpcPeer,
  Asking,
  Contexts,
  InLine,
  Connection,
];
const areas: readonly InjectionToken<{ serve(): void }>[] = [
  Handshake,
  Cancelling,
  Logging,
  Tools,
  Prompts,
  Resources,
  Completion,
  PluginMethods,
];
const appServerAreas: typeof areas = [AppServerHandshake, PluginMethods];

/** The composition root: everything one host is made of, in a container of its own. */
export function composeHost(values: HostValues): Connection {
  const own = container.createChildContainer();
  own.registerInstance(Values, values);
  for (const service of services) own.registerSingleton<unknown>(service);
  own.register(Logs, { useToken: HostLog });
  own.registerInstance(Opening, (registry) => {
    own.registerInstance(Registered, registry);
    const isAppServer = values.options?.appServer === true;
    for (const area of isAppServer ? appServerAreas : areas) own.resolve(area).serve();
  });
  return own.resolve(Connection);
}
