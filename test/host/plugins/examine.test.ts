import { expect, it } from "vitest";
import { examinePlugin } from "../../../host/plugins/examine.ts";

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
