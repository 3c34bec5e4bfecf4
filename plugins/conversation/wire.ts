import { z } from "zod";
import { FileChanges, isJsonObject } from "../../core/index.ts";
import type { InputItem, JsonObject, SandboxPolicy } from "../../core/index.ts";

/** Members of an object under other spellings of their names, where the usual ones are absent. */
function spelt<S extends z.ZodType>(names: Readonly<Record<string, string>>, schema: S) {
  return z.preprocess((value) => {
    if (!isJsonObject(value)) return value;
    const renamed: JsonObject = {};
    for (const [key, member] of Object.entries(value)) renamed[names[key] ?? key] = member;
    return { ...renamed, ...value };
  }, schema);
}

const itemNames: Readonly<Record<string, string>> = { local_image: "localImage" };

// The wire mixes styles, so both are read where it does.
const WireItem = z.preprocess(
  (value) => {
    if (!isJsonObject(value) || typeof value["type"] !== "string") return value;
    return { ...value, type: itemNames[value["type"]] ?? value["type"] };
  },
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("text"), data: z.object({ text: z.string() }) }),
    z.object({
      type: z.literal("image"),
      data: spelt({ imageUrl: "image_url" }, z.object({ image_url: z.string() })),
    }),
    z.object({ type: z.literal("localImage"), data: z.object({ path: z.string() }) }),
  ]),
);

/** The pieces of a message as this API writes them. */
export const WireItems = z
  .array(WireItem)
  .transform((items) => items.map((item): InputItem => toItem(item)));

function toItem(item: z.output<typeof WireItem>): InputItem {
  if (item.type === "text") return { type: "text", text: item.data.text };
  if (item.type === "image") return { type: "image", image_url: item.data.image_url };
  return { type: "local_image", path: item.data.path };
}

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const policyNames = {
  writableRoots: "writable_roots",
  networkAccess: "network_access",
  excludeTmpdirEnvVar: "exclude_tmpdir_env_var",
  excludeSlashTmp: "exclude_slash_tmp",
};

/** How far commands may reach; what is not said is off. */
export const WireSandboxPolicy = spelt(
  policyNames,
  z.discriminatedUnion("mode", [
    z.object({ mode: z.literal("danger-full-access") }),
    z.object({ mode: z.literal("read-only") }),
    z.object({
      mode: z.literal("workspace-write"),
      writable_roots: z.array(z.string()).nullish(),
      network_access: flag,
      exclude_tmpdir_env_var: flag,
      exclude_slash_tmp: flag,
    }),
  ]),
).transform((policy): SandboxPolicy => {
  if (policy.mode !== "workspace-write") return policy;
  const { writable_roots: roots, ...rest } = policy;
  return (roots ?? []).length === 0 ? rest : { ...rest, writable_roots: roots ?? [] };
});

const text = z.string().optional();

/** One of the two styles, by the profile. */
export const ApprovalParams = z.object({
  conversation_id: text,
  conversationId: text,
  call_id: text,
  callId: text,
  command: z.array(z.string()).optional(),
  cwd: text,
  reason: text,
  file_changes: FileChanges.optional(),
  fileChanges: FileChanges.optional(),
  grant_root: text,
  grantRoot: text,
});

/** Anything: what makes no sense counts as a no, and is logged. */
export const ApprovalResult = z.unknown();
