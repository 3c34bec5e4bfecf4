import { execa } from "execa";
import {
  InternalError,
  isJsonObject,
  RpcError,
  type Environment,
  type JsonObject,
} from "../../../core/index.ts";

/** A server of our own program, as a child process; what it logs goes to stderr. */
export interface Server {
  /** Rejects with the `RpcError` it answers, and with `ServerGone`. */
  request(method: string, params?: JsonObject): Promise<JsonObject>;
  /** The params of the first such notification from now on. */
  notified(method: string, fits: (params: JsonObject) => boolean): Promise<JsonObject>;
  close(): Promise<void>;
}

/** The server ended before it answered. */
export class ServerGone extends Error {}

type Listener = (message: JsonObject) => boolean;

/** Starts `portico mcp` with these arguments. */
export function connect(args: readonly string[], { env, cwd }: Environment): Server {
  const child = execa(process.execPath, [process.argv[1] ?? "", "mcp", ...args], {
    cwd,
    env: { ...env },
    stdin: "pipe",
    reject: false,
    buffer: false,
  });
  const listeners = new Set<Listener>();
  const gone = Promise.withResolvers<never>();
  // Looked at only by who waits for something.
  gone.promise.catch(() => undefined);
  const read = async () => {
    for await (const line of child.iterable({ from: "stdout" })) {
      const message = parsed(line);
      for (const listener of listeners) if (listener(message)) listeners.delete(listener);
    }
    gone.reject(new ServerGone("the server ended"));
  };
  const log = async () => {
    for await (const line of child.iterable({ from: "stderr" })) process.stderr.write(shown(line));
  };
  // A pipe that breaks ends like one that is closed.
  const ended = Promise.allSettled([read(), log(), child]).then(() =>
    gone.reject(new ServerGone()),
  );

  const first = (fits: Listener): Promise<JsonObject> => {
    const found = new Promise<JsonObject>((resolve) => {
      listeners.add((message) => {
        if (!fits(message)) return false;
        resolve(message);
        return true;
      });
    });
    return Promise.race([found, gone.promise]);
  };
  let lastId = 0;
  return {
    async request(method, params = {}) {
      lastId += 1;
      const id = lastId;
      const answered = first((message) => message["id"] === id);
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
      const { result, error } = await answered;
      if (isJsonObject(error)) throw errorOf(error);
      return isJsonObject(result) ? result : {};
    },
    async notified(method, fits) {
      const params = (message: JsonObject) =>
        isJsonObject(message["params"]) ? message["params"] : {};
      const isIt = (message: JsonObject) => message["method"] === method && fits(params(message));
      return params(await first(isIt));
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

function errorOf({ code, message }: JsonObject): RpcError {
  const text = typeof message === "string" ? message : "the server answered with an error";
  return new RpcError(typeof code === "number" ? code : InternalError, text);
}

/** A line of the server's log in words; anything else as it is. */
function shown(line: string): string {
  const { level, msg } = parsed(line);
  return typeof level === "number" && typeof msg === "string" ? `portico: ${msg}\n` : `${line}\n`;
}

function parsed(line: string): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
