import type { IncomingHttpHeaders } from "node:http";
import type { RateLimits } from "../../../core/index.ts";

/** The rate limits that an answer's `x-codex-…` headers tell. */
export function rateLimits(headers: IncomingHttpHeaders): RateLimits {
  return { primary: window(headers, "primary"), secondary: window(headers, "secondary") };
}

function window(headers: IncomingHttpHeaders, name: string): RateLimits["primary"] {
  const read = (key: string) => number(headers[`x-codex-${name}-${key}`]);
  const used = read("used-percent");
  if (used === null) return null;
  return {
    used_percent: used,
    window_minutes: whole(read("window-minutes")),
    resets_in_seconds: whole(read("reset-after-seconds")),
  };
}

function number(value: string | string[] | undefined): number | null {
  if (typeof value !== "string" || value.trim() === "") return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.trunc(value);
}
