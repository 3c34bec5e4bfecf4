import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { renderChat, renderResponses } from "./model-wires.ts";

/** One thing a scripted model says or asks for. */
export type ModelItem =
  | { message: string; deltas?: string[] }
  | { call: string; arguments: object | string; id: string }
  | { custom: string; input: string; id: string }
  | { localShell: string[]; id: string }
  | { reasoning: { summary?: string[]; raw?: string[]; encrypted?: string } }
  | { webSearch: string; id: string }
  /** A raw server-sent event of the Responses wire. */
  | { event: { type: string; [key: string]: unknown } };

export interface Usage {
  input: number;
  cached?: number;
  output: number;
  reasoning?: number;
}

/** What one POST is answered with. */
export type Entry =
  | string
  | ModelItem[]
  | {
      items: ModelItem[];
      usage?: Usage | null;
      headers?: Record<string, string>;
      /** Waited for before the first byte. */
      before?: Promise<unknown>;
      /** Waited for between the last item and the closing event. */
      beforeEnd?: Promise<unknown>;
      /** Ends the stream without the closing event. */
      unfinished?: boolean;
    }
  | { status: number; headers?: Record<string, string>; body?: string }
  | { raw: string | Uint8Array[]; headers?: Record<string, string> }
  /** The connection breaks before any answer. */
  | { drop: true }
  /** Headers, the items, then silence. */
  | { hang: true; items?: ModelItem[] };

/** One request as it came. */
export interface SeenRequest {
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
  at: number;
}

export interface MockModel {
  /** Base URL, for a provider's `base_url`. */
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Resolves when the n-th request (from 1) has come. */
  seen(n: number): Promise<SeenRequest>;
  close(): Promise<void>;
}

/**
 * A model server on loopback that answers the n-th POST with the n-th entry, on the Responses or the
 * chat wire by its path. Past the script it answers 500. A function chooses by request instead.
 */
export async function mockModel(
  script: readonly Entry[] | ((request: SeenRequest, n: number) => Entry),
): Promise<MockModel> {
  const requests: SeenRequest[] = [];
  const waiting: { n: number; resolve: (request: SeenRequest) => void }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    void answer(incoming, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const n = requests.push(request);
    for (const waiter of waiting.filter((one) => one.n === n)) waiter.resolve(request);
    const entry = typeof script === "function" ? script(request, n) : script[n - 1];
    response.on("error", () => undefined);
    await reply(entry ?? { status: 500, body: "the script is over" }, request, response);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    seen: (n) =>
      new Promise((resolve) => {
        const there = requests[n - 1];
        if (there === undefined) waiting.push({ n, resolve });
        else resolve(there);
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    path: incoming.url ?? "",
    headers: incoming.headers,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    at: performance.now(),
  };
}

async function reply(entry: Entry, request: SeenRequest, response: ServerResponse): Promise<void> {
  if (typeof entry === "string") return reply([{ message: entry }], request, response);
  if (Array.isArray(entry)) return reply({ items: entry }, request, response);
  if ("drop" in entry) {
    response.socket?.destroy();
    return;
  }
  if ("status" in entry) {
    response.writeHead(entry.status, { "content-type": "application/json", ...entry.headers });
    response.end(entry.body ?? "{}");
    return;
  }
  if ("raw" in entry) {
    response.writeHead(200, { "content-type": "text/event-stream", ...entry.headers });
    const pieces = typeof entry.raw === "string" ? [Buffer.from(entry.raw)] : entry.raw;
    for (const piece of pieces) response.write(piece);
    response.end();
    return;
  }
  const wire = request.path.includes("/chat/completions") ? renderChat : renderResponses;
  const items = entry.items ?? [];
  if ("hang" in entry) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    response.write(wire(items, undefined).body);
    return;
  }
  await entry.before;
  response.writeHead(200, { "content-type": "text/event-stream", ...entry.headers });
  response.flushHeaders();
  const usage = entry.usage === undefined ? { input: 10, output: 5 } : (entry.usage ?? undefined);
  const rendered = wire(items, usage);
  response.write(rendered.body);
  await entry.beforeEnd;
  response.end(entry.unfinished === true ? "" : rendered.end);
}
