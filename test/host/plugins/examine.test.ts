import { expect, it } from "vitest";
import { z } from "zod";
import { definePlugin } from "../../../core/index.ts";
import { examinePlugin, settingsReadBy } from "../../../host/plugins/examine.ts";

it("gives up on a diagnostic that does not answer, and tells it so", async () => {
  let told: AbortSignal | undefined;
  const hanging = (signal: AbortSignal) => {
    told = signal;
    return new Promise<never>(() => undefined);
  };
  const quick = () => [{ level: "ok" as const, subject: "quick", message: "fine" }];
  const findings = await examinePlugin("slow", [hanging, quick], { limitMs: 5 });
  expect(findings).toEqual([
    { level: "error", subject: "slow", message: "could not be examined: no answer within 5 ms" },
    { level: "ok", subject: "quick", message: "fine" },
  ]);
  await expect.poll(() => told?.aborted).toBe(true);
});

it.each([
  ["declares none", undefined, { schema: {} }],
  [
    "declares a schema",
    z.object({ key: z.string().optional() }),
    { schema: { type: "object", properties: { key: { type: "string" } } } },
  ],
  [
    "declares what JSON Schema cannot show",
    z.object({ key: z.date() }),
    { plugin: "one", problem: expect.stringMatching(/^its "settings" cannot be shown/) as string },
  ],
])("shows what a plugin reads of the settings that %s", async (_, settings, expected) => {
  const plugin = definePlugin({
    apiVersion: 1,
    name: "one",
    version: "1.0.0",
    ...(settings !== undefined && { settings }),
    setup: () => undefined,
  });
  expect(await settingsReadBy(plugin)).toEqual(expected);
});
