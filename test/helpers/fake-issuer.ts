import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request to the token endpoint; the body is a form, or JSON for a refresh. */
export interface TokenRequest {
  readonly path: string;
  readonly type: string | undefined;
  readonly body: Readonly<Record<string, string>>;
}

export interface TokenAnswer {
  readonly status?: number;
  readonly body: object | string;
  /** Waited for before the answer. */
  readonly before?: Promise<unknown>;
}

export interface FakeIssuer {
  /** For `auth.issuer`. */
  readonly url: string;
  readonly requests: TokenRequest[];
  /** Those of one grant, by its short name. */
  of(grant: "authorization_code" | "refresh_token" | "token-exchange"): TokenRequest[];
  /** Resolves when a request of this grant has come. */
  asked(grant: string): Promise<void>;
  close(): Promise<void>;
}

/** A JSON Web Token that nobody signed. */
export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.c2ln`;
}

/** An ID token of one account. */
export const idToken = jwt({
  email: "ana@example.com",
  "https://api.openai.com/auth": { chatgpt_account_id: "acc-1", chatgpt_plan_type: "plus" },
});

/** An issuer on loopback; a script answers by grant, else it gives tokens and no API key. */
export async function fakeIssuer(
  script: (request: TokenRequest, n: number) => TokenAnswer | undefined = () => undefined,
): Promise<FakeIssuer> {
  const requests: TokenRequest[] = [];
  const waiting = new Set<() => void>();
  const of = (grant: string) =>
    requests.filter(({ body }) => body["grant_type"]?.endsWith(grant) === true);
  const server = createServer((incoming, response) => {
    void answer(incoming, response);
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    const n = requests.push(request);
    for (const wake of waiting) wake();
    const said = script(request, n) ?? byDefault(request, n);
    await said.before;
    const text = typeof said.body === "string" ? said.body : JSON.stringify(said.body);
    response.writeHead(said.status ?? 200, { "content-type": "application/json" }).end(text);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    of,
    async asked(grant) {
      while (of(grant).length === 0) {
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function read(incoming: IncomingMessage): Promise<TokenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const type = incoming.headers["content-type"];
  const isJson = type?.startsWith("application/json") === true;
  const body = isJson
    ? (JSON.parse(text) as Record<string, string>)
    : Object.fromEntries(new URLSearchParams(text));
  return { path: incoming.url ?? "", type, body };
}

function byDefault({ body }: TokenRequest, n: number): TokenAnswer {
  const grant = body["grant_type"] ?? "";
  if (grant.endsWith("token-exchange")) return { status: 403, body: { error: "unauthorized" } };
  const tokens = { access_token: `access-${n}`, refresh_token: `refresh-${n}` };
  return { body: { id_token: idToken, ...tokens } };
}
