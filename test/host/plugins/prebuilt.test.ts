import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { prebuildPlugins } from "../../../host/commands/build.ts";
import { testSeams } from "../../helpers/plugin-seams.ts";

const built = new URL("../../../dist/prebuilt.json", import.meta.url);

it("is what the schemas of the built-in plugins say now", async () => {
  const { plugins } = JSON.parse(readFileSync(built, "utf8")) as { plugins: unknown };
  expect(plugins).toEqual(await prebuildPlugins(testSeams().environment));
});
