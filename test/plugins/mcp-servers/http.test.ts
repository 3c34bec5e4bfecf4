import { randomUUID } from "node:crypto";
import { once as happened } from "node:events";
import { createServer, request as forward } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { call, calls, outputs, text } from "../engine/stage.ts";
import { company, once } from "./company.ts";

/** A server of another maker's library, on loopback. */
async function httpServer() {
  const seen: IncomingMessage[] = [];
  const sessions = new Map<string, StreamableHTTPServerTransport>();

  async function open(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = new McpServer({ name: "web", version: "1" });
    server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({
      content: [{ type: "text", text: String(a + b) }],
    }));
    server.registerTool("ask", {}, async () => {
      const { action } = await server.server.elicitInput({
        message: "Sure?",
        requestedSchema: { type: "object", properties: { yes: { type: "boolean" } } },
      });
      return { content: [{ type: "text", text: action }] };
    });
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    return transport;
  }

  const listener = createServer((request, response) => {
    seen.push(request);
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (id !== undefined && known === undefined) {
      response.writeHead(404).end("no such session");
      return;
    }
    void (known === undefined ? open() : Promise.resolve(known)).then((transport) =>
      transport.handleRequest(request, response),
    );
  });
  return { url: `${(await serving(listener)).origin}/mcp`, seen, sessions };
}

function listening(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  return serving(createServer(answer));
}

async function serving(listener: Server): Promise<{ readonly origin: string }> {
  listener.listen(0, "127.0.0.1");
  await happened(listener, "listening");
  onTestFinished(() => {
    listener.closeAllConnections();
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}` };
}

describe("acceptance 25: a server over streamable HTTP", () => {
  it("is called with its headers and its token", async () => {
    const web = await httpServer();
    const settings = {
      url: web.url,
      bearer_token_env_var: "WEB_TOKEN",
      http_headers: { "x-team": "blue" },
    };
    const stage = await company(
      { web: settings },
      { script: once("web__add", { a: 2, b: 3 }), env: { WEB_TOKEN: "t0ken" } },
    );
    await stage.say("go");
    expect(outputs(stage.requests[1])).toEqual(['[{"type":"text","text":"5"}]']);
    for (const { headers } of web.seen) {
      expect(headers).toMatchObject({ authorization: "Bearer t0ken", "x-team": "blue" });
    }
  });

  it("may ask the person", async () => {
    const web = await httpServer();
    const stage = await company(
      { web: { url: web.url } },
      {
        script: once("web__ask"),
        ask: () =>
          Promise.resolve({
            kind: "answered",
            action: "accept",
            content: { yes: true },
            result: {},
          }),
      },
    );
    await stage.say("go");
    expect(outputs(stage.requests[1])).toEqual(['[{"type":"text","text":"accept"}]']);
  });

  it("is told when the conversation ends", async () => {
    const web = await httpServer();
    const { conversations } = await company({ web: { url: web.url } });
    expect(web.sessions.size).toBe(1);
    await conversations.close();
    await vi.waitFor(() => expect(web.sessions.size).toBe(0));
  });

  it("that forgot its session is greeted anew by the call after", async () => {
    const web = await httpServer();
    const add = (id: string) => call("web__add", { a: 1, b: 1 }, id);
    const script = [calls(add("c1")), calls(add("c2")), text("done")];
    const stage = await company({ web: { url: web.url } }, { script });
    web.sessions.clear();
    await stage.say("go");
    const [first, second] = outputs(stage.requests[2]);
    expect(first).toContain("tool call failed for `web/add`");
    expect(second).toBe('[{"type":"text","text":"2"}]');
  });

  it("is reached through the proxy that the environment names", async () => {
    const web = await httpServer();
    const seen: string[] = [];
    const proxy = await listening((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      // What a proxy does: the same request again, to the server that is meant.
      const { pathname } = new URL(request.url ?? "");
      if (pathname === "/old") {
        response.writeHead(308, { location: "/mcp" }).end();
        return;
      }
      const { method, headers } = request;
      const onward = forward(web.url, { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    const env = { HTTP_PROXY: proxy.origin, NO_PROXY: "other.invalid" };
    const stage = await company(
      { web: { url: "http://mcp.invalid/old", bearer_token: "t0ken" } },
      { script: once("web__add", { a: 2, b: 3 }), env },
    );
    expect(stage.conversation.startEvents.slice(1)).toEqual([]);
    await stage.say("go");
    expect(outputs(stage.requests[1])).toEqual(['[{"type":"text","text":"5"}]']);
    expect(seen).toContain("POST http://mcp.invalid/mcp");
    expect(web.seen[0]?.headers.authorization).toBe("Bearer t0ken");
    await stage.conversations.close();
  });

  it.each([
    ["past the proxy when it is on this machine", "http://127.0.0.1:2/mcp", "", /ECONNREFUSED/],
    ["past the proxy where NO_PROXY says so", "http://mcp.invalid/", "mcp.invalid", /mcp\.invalid/],
  ])("is asked %s", async (_, url, except, reason) => {
    const asked = vi.fn<() => void>();
    const proxy = await listening((_request, response) => {
      asked();
      response.writeHead(502).end();
    });
    const env = { http_proxy: proxy.origin, no_proxy: except };
    const { conversation } = await company({ web: { url } }, { env });
    expect(conversation.startEvents[1]?.msg).toMatchObject({
      message: expect.stringMatching(reason) as string,
    });
    expect(asked).not.toHaveBeenCalled();
  });

  it("whose connection is private has a tunnel through the proxy", async () => {
    const tunnels: string[] = [];
    const listener = createServer();
    listener.on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    const env = { HTTPS_PROXY: (await serving(listener)).origin };
    const { conversation } = await company({ web: { url: "https://mcp.invalid/" } }, { env });
    expect(tunnels[0]).toBe("mcp.invalid:443");
    expect(JSON.stringify(conversation.startEvents[1])).toMatch(/could not be started: .*403/);
  });

  it("behind a proxy that refuses is told with the proxy's status", async () => {
    const proxy = await listening((_request, response) => void response.writeHead(502).end("no"));
    const env = { HTTP_PROXY: proxy.origin };
    const { conversation } = await company({ web: { url: "http://mcp.invalid/" } }, { env });
    expect(JSON.stringify(conversation.startEvents[1])).toMatch(/could not be started: .*502/);
  });

  it("that wants another token says so", async () => {
    const { origin } = await listening((_, response) =>
      response.writeHead(401).end("who are you?"),
    );
    const url = `${origin}/mcp`;
    const { conversation } = await company({ web: { url, bearer_token: "s3cret" } });
    const problem = JSON.stringify(conversation.startEvents[1]);
    expect(problem).toMatch(/could not be started: .*(401|[Uu]nauthorized)/);
    expect(problem).not.toContain("s3cret");
  });
});
