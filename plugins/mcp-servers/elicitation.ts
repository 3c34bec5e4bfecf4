import type { ElicitRequestParams, ElicitResult } from "@modelcontextprotocol/client";
import { isJsonObject } from "../../core/index.ts";
import type { AgentToolCall, Field, JsonObject } from "../../core/index.ts";

type Ask = AgentToolCall["ask"];

/**
 * Passes a server's question on to the person. A form that we cannot show is declined, a question
 * that nobody answers too (MCP 2025-11-25, client/elicitation).
 */
export async function elicit(
  server: string,
  params: ElicitRequestParams,
  { ask, signal }: { readonly ask: Ask; readonly signal: AbortSignal },
): Promise<ElicitResult> {
  const schema = "requestedSchema" in params ? params.requestedSchema : undefined;
  const fields = fieldsOf(isJsonObject(schema?.properties) ? schema.properties : {});
  if (fields === undefined || schema === undefined) return { action: "decline" };
  const answer = await ask({
    // The person must be able to tell who wants to know: it is not the agent.
    message: `The MCP server "${server}" asks: ${params.message}`,
    fields,
    ...(schema.required !== undefined && { required: schema.required }),
    signal,
  });
  if (answer.kind === "unanswered") return { action: "decline" };
  if (answer.action !== "accept") return { action: answer.action ?? "decline" };
  // The client fills in the form; the library checks that its values are of the allowed kinds.
  return { action: "accept", content: answer.content as NonNullable<ElicitResult["content"]> };
}

/** The fields of a form; `undefined` when one of them is of a kind that questions do not have. */
function fieldsOf(properties: JsonObject): Record<string, Field> | undefined {
  const fields: Record<string, Field> = {};
  for (const [name, property] of Object.entries(properties)) {
    const field = isJsonObject(property) ? fieldOf(property) : undefined;
    if (field === undefined) return undefined;
    fields[name] = field;
  }
  return fields;
}

function fieldOf(property: JsonObject): Field | undefined {
  const texts = { ...text("title", property), ...text("description", property) };
  const { type } = property;
  if (type === "boolean") return { type, ...texts };
  if (type === "number" || type === "integer") {
    return { type, ...texts, ...count("minimum", property), ...count("maximum", property) };
  }
  if (type !== "string") return undefined;
  const choices = choicesOf(property);
  if (choices !== undefined) return { type: "choice", ...texts, choices };
  return { type, ...texts, ...count("minLength", property), ...count("maxLength", property) };
}

/** The choices of either form, `enum` with names beside it or `oneOf` with titles. */
function choicesOf(property: JsonObject): { value: string; title: string }[] | undefined {
  const { enum: values, enumNames: names, oneOf } = property;
  if (Array.isArray(values)) {
    return values.filter(isText).map((value, at) => {
      const title = Array.isArray(names) ? names[at] : undefined;
      return { value, title: isText(title) ? title : value };
    });
  }
  if (!Array.isArray(oneOf)) return undefined;
  return oneOf.filter(isJsonObject).flatMap(({ const: value, title }) => {
    return isText(value) ? [{ value, title: isText(title) ? title : value }] : [];
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function text<K extends string>(key: K, from: JsonObject): Partial<Record<K, string>> {
  const value = from[key];
  // A computed key widens the type; the key is the one asked for.
  return typeof value === "string" ? ({ [key]: value } as Record<K, string>) : {};
}

function count<K extends string>(key: K, from: JsonObject): Partial<Record<K, number>> {
  const value = from[key];
  // As above.
  return typeof value === "number" ? ({ [key]: value } as Record<K, number>) : {};
}
