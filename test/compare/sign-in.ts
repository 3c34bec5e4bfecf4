import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { idToken } from "../helpers/fake-issuer.ts";
import type { Driver } from "./driver.ts";
import type { Scenario } from "./scenarios.ts";

/** The active provider asks for a sign-in. */
const config = 'profile = "asks"\n[profiles.asks]\nmodel_provider = "openai"\n';

const status = { includeToken: true };

/** What `auth.json` is after a step: content and mode. */
function noteFile(d: Driver, step: string): void {
  const path = join(d.home.home, "auth.json");
  if (!existsSync(path)) return d.note(step, "no file");
  const mode = (statSync(path).mode & 0o777).toString(8);
  d.note(step, { text: readFileSync(path, "utf8"), mode });
}

/** News that came from message `from` on. */
async function noteNews(d: Driver, step: string, from: number): Promise<void> {
  // A request behind them: what was to be said before it has been said.
  await d.reply(d.post("userInfo"));
  const news = d.messages.slice(from).filter(({ method }) => method !== undefined);
  d.note(
    step,
    news.map(({ method, params }) => ({ method, params })),
  );
}

interface Page {
  readonly id: string;
  /** Asks for a page of the server that waits for the browser; `STATE` stands for the right one. */
  visit(path: string): Promise<string>;
}

async function begin(d: Driver, step: string): Promise<Page> {
  const result = (await d.reply(d.post("loginChatGpt")))?.result ?? {};
  const url = new URL(String(result["authUrl"]));
  const state = url.searchParams.get("state") ?? "";
  const base = String(url.searchParams.get("redirect_uri")).replace("localhost", "127.0.0.1");
  const shown = [...url.searchParams].map(([name, value]) =>
    name === "state" || name === "code_challenge" ? [name, value.length] : [name, value],
  );
  d.note(step, { page: url.origin + url.pathname, query: shown });
  return {
    id: String(result["loginId"]),
    async visit(path) {
      try {
        const there = new URL(path.replace("STATE", state), base);
        const response = await fetch(there, { redirect: "manual" });
        return `${response.status} ${await response.text()}`;
      } catch {
        return "nobody listens";
      }
    },
  };
}

export const signInScenarios: readonly Scenario[] = [
  {
    name: "key",
    config,
    async run(d) {
      await d.ask("nobody", "getAuthStatus", {});
      const from = d.messages.length;
      await d.ask("in", "loginApiKey", { apiKey: "sk-1" });
      await noteNews(d, "news of it", from);
      noteFile(d, "file");
      await d.ask("status", "getAuthStatus", {});
      await d.ask("status with token", "getAuthStatus", status);
      await d.ask("renewal", "getAuthStatus", { ...status, refreshToken: true });
      await d.ask("no address", "userInfo");
      await d.ask("snake case", "loginApiKey", { api_key: "sk-2" });
      await d.ask("as it is", "loginApiKey", { apiKey: " sk-3 " });
      await d.ask("status as it is", "getAuthStatus", status);
      const out = d.messages.length;
      await d.ask("out", "logoutChatGpt");
      await noteNews(d, "news of that", out);
      noteFile(d, "no file");
      await d.ask("out again", "logoutChatGpt", null);
      await d.ask("nobody again", "getAuthStatus", status);
      await d.ask("empty", "loginApiKey", { apiKey: "" });
    },
  },
  {
    name: "no sign-in needed",
    async run(d) {
      await d.ask("in", "loginApiKey", { apiKey: "sk-1" });
      await d.ask("status", "getAuthStatus", status);
    },
  },
  {
    name: "tokens",
    config,
    async run(d) {
      const tokens = { id_token: idToken, access_token: "at", refresh_token: "rt" };
      const stored = { OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() };
      writeFileSync(join(d.home.home, "auth.json"), JSON.stringify(stored));
      await d.ask("address", "userInfo");
      await d.ask("status", "getAuthStatus", status);
      writeFileSync(join(d.home.home, "auth.json"), "broken");
      await d.ask("no address", "userInfo");
      await d.ask("out", "logoutChatGpt");
      noteFile(d, "no file");
    },
  },
  {
    name: "browser",
    config,
    async run(d) {
      const page = await begin(d, "begin");
      d.note("no state", await page.visit("/auth/callback?code=c"));
      d.note("wrong state", await page.visit("/auth/callback?code=c&state=x"));
      d.note("another page", await page.visit("/x"));
      const from = d.messages.length;
      await d.ask("cancel no id", "cancelLoginChatGpt", { loginId: "x" });
      const unknown = "00000000-0000-4000-8000-000000000000";
      await d.ask("cancel another", "cancelLoginChatGpt", { loginId: unknown });
      await d.ask("cancel", "cancelLoginChatGpt", { loginId: page.id });
      await d.ask("cancel again", "cancelLoginChatGpt", { loginId: page.id });
      await noteNews(d, "news of it", from);
    },
  },
  {
    name: "browser denied",
    config,
    async run(d) {
      const page = await begin(d, "begin");
      const from = d.messages.length;
      d.note("denial", await page.visit("/auth/callback?error=access_denied&state=STATE"));
      await noteNews(d, "news of it", from);
      await d.ask("cancel", "cancelLoginChatGpt", { loginId: page.id });
    },
  },
  {
    name: "browser cancelled by anybody",
    config,
    async run(d) {
      const page = await begin(d, "begin");
      const from = d.messages.length;
      d.note("cancel", await page.visit("/cancel"));
      await noteNews(d, "news of it", from);
    },
  },
  {
    name: "browser replaced",
    config,
    async run(d) {
      await begin(d, "begin");
      const from = d.messages.length;
      await d.ask("key", "loginApiKey", { apiKey: "sk-1" });
      await noteNews(d, "news of both", from);
    },
  },
];
