import { defineMethod, defineTool } from "../../core/index.ts";

export const fuzzyFileSearch = defineMethod({
  name: "fuzzyFileSearch",
  summary:
    "Find files below some folders by characters of their paths. A newer search with the same cancellationToken ends the older one, which is answered with what it has.",
  params: async () => (await import("./schemas.ts")).SearchParams,
  result: async () => (await import("./schemas.ts")).SearchResult,
});

export const searchFiles = defineTool({
  name: "search_files",
  title: "Search Files",
  description:
    "Find files by a part or an abbreviation of their name or path, best match first. Files that git or ignore files leave out are not found.",
  input: async () => (await import("./schemas.ts")).ToolArguments,
  output: async () => (await import("./schemas.ts")).SearchResult,
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
});
