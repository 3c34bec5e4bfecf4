import { randomUUID } from "node:crypto";
import { once as happened } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
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
  listener.listen(0, "127.0.0.1");
  await happened(listener, "listening");
  onTestFinished(() => {
    listener.closeAllConnections();
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp`, seen, sessions };
}

describe("a server over streamable HTTP (acceptance 25)", () => {
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

  it("that wants another token says so", async () => {
    const listener = createServer((_, response) => response.writeHead(401).end("who are you?"));
    listener.listen(0, "127.0.0.1");
    await happened(listener, "listening");
    onTestFinished(() => void listener.close());
    const { port } = listener.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/mcp`;
    const { conversation } = await company({ web: { url, bearer_token: "s3cret" } });
    const problem = JSON.stringify(conversation.startEvents[1]);
    expect(problem).toMatch(/could not be started: .*(401|[Uu]nauthorized)/);
    expect(problem).not.toContain("s3cret");
  });
});
