import { Credentials, definePlugin, Settings } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import * as methods from "./methods.ts";

export default definePlugin({
  apiVersion: 1,
  name: "auth",
  version: "1.0.0",
  description: "Who is signed in: API key or ChatGPT account, kept in auth.json.",
  needs: { settings: Settings },
  provides: [Credentials],

  setup(
    { client, diagnostic, environment, log, method, notification, onClose, provide, ...context },
    { settings },
  ) {
    const world = { settings, environment, log, signal: context.signal };
    let opened: Promise<Desk> | undefined;
    const desk = () => {
      opened ??= import("./desk.ts").then((module) => new module.Desk(world, client));
      return opened;
    };
    provide(Credentials, {
      current: async (signal) => (await desk()).store.current(signal),
      renew: async (refused, signal) => (await desk()).store.renew(refused, signal),
      status: async () => (await desk()).store.status(),
    });
    method(methods.getAuthStatus, async (params) => (await desk()).status(params));
    method(methods.loginApiKey, async (params) => (await desk()).loginApiKey(params));
    method(methods.loginChatGpt, async () => (await desk()).loginChatGpt());
    method(methods.cancelLoginChatGpt, async (params) => (await desk()).cancelLogin(params));
    method(methods.logoutChatGpt, async () => (await desk()).logout());
    method(methods.logout, async () => (await desk()).logout());
    method(methods.userInfo, async () => (await desk()).userInfo());
    notification(methods.authStatusChange);
    notification(methods.loginChatGptComplete);
    diagnostic(async () => (await import("./diagnose.ts")).diagnose(world));
    // The first turn asks who is signed in.
    context.whenIdle(desk);
    onClose(async () => (await opened)?.close());
  },
});
