import { z } from "zod";
import { canonicalId } from "./login/id.ts";

const AuthMode = z.enum(["apikey", "chatgpt"]);

export const Nothing = z.object({});
export type Nothing = z.infer<typeof Nothing>;

export const StatusParams = z.object({
  includeToken: z.boolean().nullish().meta({ description: "Gives the bearer token too." }),
  refreshToken: z.boolean().nullish().meta({
    description: "Renews the tokens of a ChatGPT sign-in first.",
  }),
});
export type StatusParams = z.infer<typeof StatusParams>;

export const StatusResult = z.object({
  requiresOpenaiAuth: z
    .boolean()
    .meta({ description: "Whether the active provider asks for a sign-in; if not, that is all." }),
  authMethod: AuthMode.optional().meta({ description: "Absent: nobody is signed in." }),
  authToken: z.string().optional(),
  preferredAuthMethod: AuthMode.optional().meta({
    description: "preferred_auth_method of config.toml, where it is set.",
  }),
});
export type StatusResult = z.infer<typeof StatusResult>;

export const KeyParams = z.object({
  apiKey: z
    .string()
    .refine((key) => key.trim() !== "", "must not be empty")
    .meta({ description: "Stored as it is." }),
});
export type KeyParams = z.infer<typeof KeyParams>;

export const LoginResult = z.object({
  loginId: z.string(),
  authUrl: z.string().meta({ description: "The page to open; nothing opens it here." }),
});
export type LoginResult = z.infer<typeof LoginResult>;

export const CancelParams = z.object({
  loginId: z
    .string()
    .refine((id) => canonicalId(id) !== undefined, "must be a UUID")
    .meta({ description: "As loginChatGpt gave it." }),
});
export type CancelParams = z.infer<typeof CancelParams>;

export const UserInfo = z.object({ allegedUserEmail: z.string().nullable() });
export type UserInfo = z.infer<typeof UserInfo>;

export const StatusChange = z.object({ authMethod: AuthMode.optional() });
export type StatusChange = z.infer<typeof StatusChange>;

export const LoginComplete = z.object({
  loginId: z.string(),
  success: z.boolean(),
  error: z.string().optional(),
});
export type LoginComplete = z.infer<typeof LoginComplete>;
