import { defineConfig } from "vitest/config";

export default defineConfig({
  // "portico/plugin" and its like lead to the sources, by the paths of tsconfig.json.
  resolve: { tsconfigPaths: true },
  // As the build does it.
  plugins: [
    {
      name: "Markdown as text",
      transform: {
        filter: { id: /\.md$/ },
        handler: (text) => ({ code: `export default ${JSON.stringify(text)};`, map: null }),
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // Tests start processes and change the environment: forks, one for each of two cores.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    allowOnly: false,
    passWithNoTests: false,
  },
});
