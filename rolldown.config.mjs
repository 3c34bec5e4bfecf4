import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const libraries = Object.keys(manifest.dependencies);

/** Libraries too slow for the program's start; the build fails when one is reached without `import()`. */
export const loadedWhenNeeded = [
  "zod",
  "cosmiconfig",
  "execa",
  "pino",
  "commander",
  "oauth4webapi",
  "@ai-sdk/",
  "@modelcontextprotocol/",
];

// What no chunk uses is dropped, and what only a lazy chunk uses goes there, through barrels like
// core/index.ts too, because package.json says `"sideEffects": false`: an import that is only made
// for its effect works for libraries (reflect-metadata), not between our own files.
const shared = {
  cwd: root,
  platform: "node",
  tsconfig: "tsconfig.json",
  transform: { target: "node22.22" },
  moduleTypes: { ".md": "text" },
  onLog(level, log, report) {
    // What the bundler warns about (an import it cannot resolve, say) would fail at run time.
    report(level === "warn" ? "error" : level, log);
  },
};

/** Every start loads the built-in plugins' own modules: in the first file they cost no other files. */
const builtinsInFirstFile = {
  name: "built-in plugins in the first file",
  transform: {
    filter: { id: /\/host\/plugins\/builtin\.ts$/ },
    handler(code) {
      const imports = [];
      const body = code.replaceAll(
        /(?<=^ {2}(?:\w+|"[\w-]+"): )\(\) => import\((".+")\)/gm,
        (_, path) => {
          const name = `builtin${imports.length}`;
          imports.push(`import * as ${name} from ${path};`);
          return `() => Promise.resolve(${name})`;
        },
      );
      if (imports.length === 0) this.error("no built-in plugin is found in it");
      return { code: [...imports, body].join("\n"), map: null };
    },
  },
};

/** What the first turn of a process loads; as files of their own, these would cost it more. */
const turnRoots = [
  "plugins/engine/open.ts",
  "plugins/models/open.ts",
  "plugins/models/responses/model.ts",
];
const turnModules = new Set();

/** Tells the modules of a turn apart from those of the start and of everything rarer. */
const turnInOneFile = {
  name: "a turn in one file",
  buildEnd() {
    const entries = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
    const start = closure(this, entries);
    for (const id of closure(
      this,
      turnRoots.map((path) => root + path),
    )) {
      if (!start.has(id)) turnModules.add(id);
    }
  },
};

/** These modules and all that they import statically. */
function closure(build, ids) {
  const found = new Set(ids);
  for (const id of found) {
    for (const one of build.getModuleInfo(id)?.importedIds ?? []) found.add(one);
  }
  return found;
}

/** The program: CommonJS, which starts faster than ES modules; every other `import()` is a chunk. */
export const program = {
  ...shared,
  input: { cli: "host/cli.ts" },
  plugins: [builtinsInFirstFile, turnInOneFile],
  // The first file keeps what other chunks share with it, beside its own exports.
  preserveEntrySignatures: "allow-extension",
  // ES modules where a library has both: they are bundled without their wrappers and unused parts.
  resolve: { mainFields: ["module", "main"] },
  output: {
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: ({ name, moduleIds }) => `${chunkName(name, moduleIds)}.cjs`,
    codeSplitting: {
      // What the start has of a turn's imports must stay there.
      includeDependenciesRecursively: false,
      groups: [{ name: "turn", test: (id) => turnModules.has(id) }],
    },
    // One byte per character: the files are read and compiled faster, and take half the memory.
    charset: "ascii",
    minify: true,
  },
};

/** A process of its own around single commands; koffi is native and optional, so it stays outside. */
export const helper = {
  ...shared,
  input: { "landlock-helper": "plugins/engine/sandbox/landlock-helper.ts" },
  external: ["koffi"],
  output: { format: "cjs", entryFileNames: "[name].cjs", minify: true },
};

/** A thread of its own, which loads nothing of the program. */
export const searchThread = {
  ...shared,
  input: { "fuzzy-search-thread": "plugins/fuzzy-search/search/thread.ts" },
  output: { format: "cjs", entryFileNames: "[name].cjs", minify: true },
};

/** What others import; libraries stay imports, as the package depends on them. */
export const library = {
  ...shared,
  input: {
    index: "host/index.ts",
    plugin: "core/index.ts",
    testing: "host/testing/index.ts",
  },
  external: (id) => libraries.some((name) => id === name || id.startsWith(`${name}/`)),
  output: {
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    // tsyringe refuses to load before its polyfill, and chunks load in an order of their own.
    banner: ({ imports }) =>
      imports.includes("tsyringe") ? 'import "reflect-metadata/lite";' : "",
  },
};

/**
 * The contract once more, for plugins that `require` it: Node refuses to require an ES module that
 * another plugin is importing at that moment. Two copies of it may live side by side.
 */
export const contract = {
  ...shared,
  input: { contract: "core/index.ts" },
  external: library.external,
  output: { format: "cjs", entryFileNames: "[name].cjs" },
};

/** Named after its package or plugin: `plugins/tools/index.ts` makes `tools.cjs`, not `index.cjs`. */
function chunkName(name, moduleIds) {
  const last = moduleIds.at(-1) ?? name;
  const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(last) ?? [];
  if (library !== undefined) return library.replace(/^@/, "").replace("/", "-");
  return name === "index" ? basename(dirname(last)) : name;
}
