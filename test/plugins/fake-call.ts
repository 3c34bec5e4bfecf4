import type {
  Answer,
  Call,
  ClientCapabilities,
  JsonObject,
  Question,
  RequestId,
} from "../../core/index.ts";

/** A call without a host: what it sends is kept, and questions are answered in turn. */
export interface FakeCall extends Call {
  readonly sent: { method: string; params: JsonObject }[];
  readonly progressed: string[];
  readonly logged: [level: string, message: string][];
  readonly asked: Question[];
}

export interface FakeCallOptions {
  requestId?: RequestId;
  signal?: AbortSignal;
  name?: string;
  capabilities?: ClientCapabilities;
  answers?: readonly Answer[];
  ready?: () => Promise<void> | undefined;
}

export function fakeCall(options: FakeCallOptions = {}): FakeCall {
  const sent: FakeCall["sent"] = [];
  const progressed: string[] = [];
  const logged: FakeCall["logged"] = [];
  const asked: Question[] = [];
  const answers = [...(options.answers ?? [])];
  return {
    sent,
    progressed,
    logged,
    asked,
    requestId: options.requestId ?? 7,
    signal: options.signal ?? new AbortController().signal,
    client: {
      peer: {
        name: options.name ?? "test",
        version: "1.0.0",
        title: undefined,
        protocolVersion: "2025-06-18",
        capabilities: options.capabilities ?? {},
      },
      request: () => Promise.reject(new Error("nothing is requested")),
      notify: (notification, params) =>
        sent.push({ method: notification.name, params: params as JsonObject }),
      ready: options.ready ?? (() => undefined),
    },
    log: {
      debug: (message) => logged.push(["debug", message]),
      info: (message) => logged.push(["info", message]),
      warn: (message) => logged.push(["warn", message]),
      error: (message) => logged.push(["error", message]),
    },
    afterAnswer: (run) => run(),
    progress: (message) => progressed.push(message),
    ask(question) {
      asked.push(question);
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(new Error("an unexpected question"));
      return Promise.resolve(answer);
    },
  };
}

/** The client's answer with this result, as the host reads it. */
export function answered(result: JsonObject): Answer {
  const { action, content } = result;
  return {
    kind: "answered",
    action: action === "accept" || action === "decline" || action === "cancel" ? action : undefined,
    content: typeof content === "object" && content !== null ? (content as JsonObject) : {},
    result,
  };
}
