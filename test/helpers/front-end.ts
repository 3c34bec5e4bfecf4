import type { Message, PeerProcess } from "./peer-process.ts";
import type { Scenario } from "./scenario.ts";

/** What a front end of the conversation API does, over the pipes of a scenario. */
export class FrontEnd {
  readonly peer: PeerProcess;
  readonly scenario: Scenario;

  constructor(scenario: Scenario) {
    this.peer = scenario.peer;
    this.scenario = scenario;
  }

  /** The result of a request; an error fails the test that asked. */
  async call(method: string, params?: object): Promise<Record<string, unknown>> {
    const answer = await this.peer.request(method, params);
    if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result ?? {};
  }

  async fails(method: string, params?: object): Promise<{ code: number; message: string }> {
    const { error } = await this.peer.request(method, params);
    if (error === undefined) throw new Error(`${method} did not fail`);
    return error;
  }

  /** A new conversation in the scenario's folder. */
  async open(params: object = {}): Promise<{ id: string; path: string }> {
    const cwd = this.scenario.home.workspace;
    const result = await this.call("newConversation", { cwd, ...params });
    return { id: String(result["conversationId"]), path: String(result["rolloutPath"]) };
  }

  async listen(conversationId: string, more: object = {}): Promise<string> {
    const params = { conversationId, ...more };
    return String((await this.call("addConversationListener", params))["subscriptionId"]);
  }

  say(conversationId: string, text: string): Promise<Record<string, unknown>> {
    return this.call("sendUserMessage", { conversationId, items: [textItem(text)] });
  }

  /** The next event of a type from message index `from` on. */
  async event(type: string, from = 0): Promise<Record<string, unknown>> {
    const isIt = (message: Message) => message.method === `codex/event/${type}`;
    const found = await this.peer.waitFor(isIt, from);
    return found.params?.["msg"] as Record<string, unknown>;
  }

  /** Types of all events so far, in order. */
  get types(): string[] {
    const prefix = "codex/event/";
    return this.peer.messages
      .map(({ method = "" }) => method)
      .filter((method) => method.startsWith(prefix))
      .map((method) => method.slice(prefix.length));
  }

  /** A request of the server, once it is there. */
  question(method: string, from = 0): Promise<Message> {
    return this.peer.waitFor((message) => message.method === method, from);
  }
}

export function textItem(text: string): object {
  return { type: "text", data: { text } };
}
