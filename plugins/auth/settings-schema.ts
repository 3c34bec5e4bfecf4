import { z } from "zod";

/** The keys of the settings about signing in; `settings.ts` reads them without zod. */
export const AuthKeys = z.object({
  auth: z
    .object({
      issuer: z.string().optional(),
      client_id: z.string().optional(),
      port: z.int().optional(),
    })
    .optional(),
  preferred_auth_method: z.enum(["apikey", "chatgpt"]).optional(),
});
