import { definePlugin } from "../../core/index.ts";
import { fuzzyFileSearch, searchFiles as searchFilesTool } from "./methods.ts";
import type { ThreadSettings } from "./search/messages.ts";
import type { Options } from "./schemas.ts";
import type { Searches } from "./searches.ts";

export default definePlugin({
  apiVersion: 1,
  name: "fuzzy-search",
  version: "1.0.0",
  description: "The method fuzzyFileSearch and the tool search_files: files by abbreviated names.",
  options: async () => (await import("./schemas.ts")).Options,

  setup({ method, tool, options, environment, log, onClose, whenIdle }) {
    let opened: Promise<Searches> | undefined;
    // Loaded by the first search.
    const searches = () => {
      opened ??= import("./open.ts").then(({ openSearches }) =>
        openSearches({
          settings: threadSettings(options, environment.env),
          order: options.order ?? "meant",
          environment,
          log,
          onClose,
        }),
      );
      return opened;
    };
    whenIdle(() => import("./open.ts"));
    if (options.method !== false) {
      method(fuzzyFileSearch, async ({ query, roots, cancellationToken }, call) => {
        const wanted = { query, roots, token: cancellationToken ?? undefined };
        const { files, notes } = await (await searches()).search(wanted, call);
        return notes.length === 0 ? { files } : { files, notes };
      });
    }
    if (options.tool !== false) {
      tool(searchFilesTool, async (args, call) => {
        const { searchFiles } = await import("./search-files.ts");
        return searchFiles(await searches(), args, call);
      });
    }
  },
});

function threadSettings(
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
): ThreadSettings {
  return {
    env: { ...env },
    hidden: options.hidden ?? true,
    strict: options.freshness === "strict",
    maxFiles: options.maxIndexedFiles ?? 2_000_000,
    maxWatches: options.maxWatches ?? 16_384,
    forgetAfterMs: (options.forgetAfterMinutes ?? 10) * 60_000,
  };
}
