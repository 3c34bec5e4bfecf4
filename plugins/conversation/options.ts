import { z } from "zod";

export const Options = z.strictObject({
  profile: z.enum(["mcp-server", "app-server"]).optional().meta({
    description:
      "The style of approval requests and of the notification before a resume's reply: snake_case beside MCP (mcp-server), or camelCase (app-server). By default as the command that was started.",
  }),
});
