import type { IncomingMessage } from "node:http";
import { isJsonObject } from "../../core/index.ts";

/** A model server found on this machine. */
export interface LocalServer {
  readonly baseUrl: string;
  /** Ids of its models, at least one. */
  readonly models: readonly [string, ...string[]];
}

const largestList = 1024 * 1024;

/** Asks loopback ports at once who serves models; the first port in the list that does wins. */
export async function findLocalServer(
  ports: readonly number[],
  signal: AbortSignal | undefined,
): Promise<LocalServer | undefined> {
  const asked = ports.map((port) => askServer(`http://127.0.0.1:${port}/v1`, signal));
  return (await Promise.all(asked)).find((server) => server !== undefined);
}

/** Asks one server over plain http which models it has; it gets a quarter of a second. */
export async function askServer(
  baseUrl: string,
  signal: AbortSignal | undefined,
): Promise<LocalServer | undefined> {
  const limit = AbortSignal.timeout(250);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    const [first, ...rest] = modelIds(await get(`${baseUrl}/models`, either));
    return first === undefined ? undefined : { baseUrl, models: [first, ...rest] };
  } catch {
    // Nobody there, or somebody else.
    return undefined;
  }
}

function get(url: string, signal: AbortSignal): Promise<string> {
  const { request } = process.getBuiltinModule("node:http");
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, signal }, (response: IncomingMessage) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > largestList) sent.destroy(new Error("too long"));
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Ids of an OpenAI model list; anything else in the way of such a list throws or gives none. */
function modelIds(text: string): string[] {
  const list: unknown = JSON.parse(text);
  const data = isJsonObject(list) ? list["data"] : undefined;
  if (!Array.isArray(data)) return [];
  return data.flatMap((model) => {
    const id = isJsonObject(model) ? model["id"] : undefined;
    return typeof id === "string" && id !== "" ? [id] : [];
  });
}
