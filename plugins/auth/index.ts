import { Credentials, definePlugin, Settings } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import * as methods from "./methods.ts";

export default definePlugin({
  apiVersion: 1,
  name: "auth",
  version: "1.0.0",
  description: "Who is signed in: API key or ChatGPT account, kept in auth.json.",
  settings: async () => (await import("./settings-schema.ts")).AuthKeys,
  needs: { settings: Settings },
  provides: [Credentials],

  setup(context, { settings }) {
    const { client, environment, log, method, notification, signal } = context;
    const world = { settings, environment, log, signal };
    let opened: Promise<Desk> | undefined;
    const desk = () => {
      opened ??= import("./desk.ts").then((module) => new module.Desk(world, client));
      return opened;
    };
    context.provide(Credentials, {
      current: async (signal) => (await desk()).store.current(signal),
      renew: async (refused, signal) => (await desk()).store.renew(refused, signal),
      status: async () => (await desk()).store.status(),
    });
    method(methods.getAuthStatus, async (params) => (await desk()).status(params));
    method(methods.loginApiKey, async (params, call) => (await desk()).loginApiKey(params, call));
    method(methods.loginChatGpt, async (_, call) => (await desk()).loginChatGpt(call));
    method(methods.cancelLoginChatGpt, async (params, call) =>
      (await desk()).cancelLogin(params, call),
    );
    method(methods.logoutChatGpt, async (_, call) => (await desk()).logout(call));
    method(methods.logout, async (_, call) => (await desk()).logout(call));
    method(methods.userInfo, async () => (await desk()).userInfo());
    notification(methods.authStatusChange);
    notification(methods.loginChatGptComplete);
    context.diagnostic(async () => (await import("./diagnose.ts")).diagnose(world));
    // The first turn asks who is signed in.
    context.whenIdle(desk);
    context.onClose(async () => (await opened)?.close());
  },
});
