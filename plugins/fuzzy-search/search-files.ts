import type { Call, ToolResult } from "../../core/index.ts";
import type { SearchResult, ToolArguments } from "./schemas.ts";
import type { Searches } from "./searches.ts";

const usualLimit = 20;

/** The tool `search_files`: one path a line, and the same as data. */
export async function searchFiles(
  searches: Searches,
  args: ToolArguments,
  call: Call,
): Promise<ToolResult<typeof SearchResult>> {
  const roots = args.roots ?? ["."];
  const found = await searches.search({ query: args.query, roots }, call);
  const files = found.files.slice(0, args.limit ?? usualLimit);
  // With one root the paths speak for themselves.
  const lines = files.map(({ root, path }) =>
    roots.length === 1 ? path : `${root.replace(/\/+$/, "")}/${path}`,
  );
  const text = lines.length === 0 ? "no file matches" : lines.join("\n");
  const notes = found.notes.length === 0 ? "" : `\n\n${found.notes.join("\n")}`;
  return {
    content: [{ type: "text", text: text + notes }],
    structuredContent: { files, ...(found.notes.length > 0 && { notes: found.notes }) },
  };
}
