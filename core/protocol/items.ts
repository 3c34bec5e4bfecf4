import { z } from "zod";

/** One piece of a person's message. `image_url` may be a data URL; `path` is a local file. */
export const InputItem = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image"), image_url: z.string() }),
  z.object({ type: z.literal("local_image"), path: z.string() }),
]);
export type InputItem = z.infer<typeof InputItem>;

/** One part of a message in the model's history. */
export const MessagePart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("input_text"), text: z.string() }),
  z.object({ type: z.literal("input_image"), image_url: z.string() }),
  z.object({ type: z.literal("output_text"), text: z.string() }),
]);
export type MessagePart = z.infer<typeof MessagePart>;

const LocalShellAction = z.object({
  type: z.literal("exec"),
  command: z.array(z.string()),
  timeout_ms: z.number().nullish(),
  working_directory: z.string().nullish(),
  env: z.record(z.string(), z.string()).nullish(),
  user: z.string().nullish(),
});

/** One entry of the model's history, as the Responses wire and rollout files carry it. */
export const ResponseItem = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    id: z.string().nullish(),
    role: z.string(),
    content: z.array(MessagePart),
  }),
  z.object({
    type: z.literal("reasoning"),
    id: z.string().nullish(),
    summary: z.array(z.object({ type: z.literal("summary_text"), text: z.string() })),
    content: z
      .array(z.object({ type: z.enum(["reasoning_text", "text"]), text: z.string() }))
      .nullish(),
    encrypted_content: z.string().nullish(),
  }),
  z.object({
    type: z.literal("function_call"),
    id: z.string().nullish(),
    name: z.string(),
    arguments: z.string(),
    call_id: z.string(),
  }),
  z.object({
    type: z.literal("function_call_output"),
    call_id: z.string(),
    output: z.string(),
  }),
  z.object({
    type: z.literal("custom_tool_call"),
    id: z.string().nullish(),
    status: z.string().nullish(),
    call_id: z.string(),
    name: z.string(),
    input: z.string(),
  }),
  z.object({
    type: z.literal("custom_tool_call_output"),
    call_id: z.string(),
    output: z.string(),
  }),
  z.object({
    type: z.literal("local_shell_call"),
    id: z.string().nullish(),
    call_id: z.string().nullish(),
    status: z.string(),
    action: LocalShellAction,
  }),
  z.object({
    type: z.literal("web_search_call"),
    id: z.string().nullish(),
    status: z.string().nullish(),
    action: z.object({ type: z.string(), query: z.string().optional() }).nullish(),
  }),
]);
export type ResponseItem = z.infer<typeof ResponseItem>;
