import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on the first of these ports of 127.0.0.1 that is free. Rejects when none is. */
export async function listen(
  ports: readonly number[],
): Promise<{ readonly server: Server; readonly port: number }> {
  let failure: unknown;
  for (const port of ports) {
    // An ESM import of node:http builds a namespace that loads much more than is used.
    const server = process.getBuiltinModule("node:http").createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      // Only the browser may wait for it; the end of the program does not.
      server.unref();
      // It listens on a port, so this is its address.
      return { server, port: (server.address() as AddressInfo).port };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
