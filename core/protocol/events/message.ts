import { z } from "zod";

export const MessageEvents = [
  z.object({
    type: z.literal("user_message"),
    message: z.string(),
    kind: z.enum(["plain", "user_instructions", "environment_context"]).optional(),
    images: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal("agent_message"), message: z.string() }),
  z.object({ type: z.literal("agent_message_delta"), delta: z.string() }),
  z.object({ type: z.literal("agent_reasoning"), text: z.string() }),
  z.object({ type: z.literal("agent_reasoning_delta"), delta: z.string() }),
  z.object({ type: z.literal("agent_reasoning_section_break") }),
  z.object({ type: z.literal("agent_reasoning_raw_content"), text: z.string() }),
  z.object({ type: z.literal("agent_reasoning_raw_content_delta"), delta: z.string() }),
  z.object({
    type: z.literal("plan_update"),
    explanation: z.string().nullable(),
    plan: z.array(
      z.object({ step: z.string(), status: z.enum(["pending", "in_progress", "completed"]) }),
    ),
  }),
  z.object({ type: z.literal("web_search_begin"), call_id: z.string() }),
  z.object({ type: z.literal("web_search_end"), call_id: z.string(), query: z.string() }),
  z.object({ type: z.literal("view_image_tool_call"), call_id: z.string(), path: z.string() }),
] as const;
