import { defineMethod, defineNotification } from "../../core/index.ts";

const schemas = () => import("./schemas.ts");

export const getAuthStatus = defineMethod({
  name: "getAuthStatus",
  summary: "Say whether the active provider asks for a sign-in, and who is signed in.",
  params: async () => (await schemas()).StatusParams,
  result: async () => (await schemas()).StatusResult,
  order: "in-line",
});

export const loginApiKey = defineMethod({
  name: "loginApiKey",
  summary: "Sign in with an API key; it is stored in auth.json.",
  params: async () => (await schemas()).KeyParams,
  result: async () => (await schemas()).Nothing,
  order: "in-line",
});

export const loginChatGpt = defineMethod({
  name: "loginChatGpt",
  summary:
    "Begin a sign-in in the browser: the client opens authUrl, loginChatGptComplete tells how it ended. A second one ends the first.",
  params: async () => (await schemas()).Nothing,
  result: async () => (await schemas()).LoginResult,
  order: "in-line",
});

export const cancelLoginChatGpt = defineMethod({
  name: "cancelLoginChatGpt",
  summary: "End a sign-in that is still open.",
  params: async () => (await schemas()).CancelParams,
  result: async () => (await schemas()).Nothing,
  order: "in-line",
});

export const logoutChatGpt = defineMethod({
  name: "logoutChatGpt",
  summary: "Sign out, however one is signed in: removes auth.json.",
  params: async () => (await schemas()).Nothing,
  result: async () => (await schemas()).Nothing,
  order: "in-line",
});

export const logout = defineMethod({
  ...logoutChatGpt,
  name: "logout",
  summary: "Another name of logoutChatGpt.",
});

export const userInfo = defineMethod({
  name: "userInfo",
  summary: "The address in the stored ID token; nothing verifies it.",
  params: async () => (await schemas()).Nothing,
  result: async () => (await schemas()).UserInfo,
  order: "in-line",
});

export const authStatusChange = defineNotification({
  name: "authStatusChange",
  summary: "Somebody signed in or out through this server; without authMethod nobody is signed in.",
  params: async () => (await schemas()).StatusChange,
});

export const loginChatGptComplete = defineNotification({
  name: "loginChatGptComplete",
  summary: "A sign-in in the browser ended, in whatever way.",
  params: async () => (await schemas()).LoginComplete,
});
