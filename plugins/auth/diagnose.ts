import { stat } from "node:fs/promises";
import { errorMessage, type Finding } from "../../core/index.ts";
import { claimsOf } from "./claims.ts";
import { AuthFile } from "./file.ts";
import { authSettings } from "./settings.ts";
import type { World } from "./store.ts";
import { isDue, methodOf, type Stored } from "./stored.ts";

const subject = "sign-in";

/** Who is signed in and how, without a request; never a secret. */
export async function diagnose({ settings, log }: World): Promise<Finding[]> {
  try {
    const { preferred } = await authSettings(settings);
    const file = new AuthFile(settings.home, log);
    const { stored, problem } = await file.examine();
    if (problem !== undefined) {
      return [{ level: "warning", subject, message: problem, help: "portico login" }];
    }
    const method = methodOf(stored, preferred);
    if (method === undefined) {
      return [{ level: "info", subject, message: "nobody is signed in", help: "portico login" }];
    }
    const message = method === "apikey" ? "by API key" : `by ChatGPT${accountOf(stored)}`;
    return [{ level: "ok", subject, message }, ...(await modeFindings(file.path))];
  } catch (error) {
    return [{ level: "error", subject, message: errorMessage(error) }];
  }
}

function accountOf(stored: Stored): string {
  const { email, plan } = claimsOf(stored.tokens?.idToken ?? "");
  const who = email === undefined ? "" : `, as ${email}`;
  const due = isDue(stored) ? "; renewed at the next use" : "";
  return `${who}${plan === undefined ? "" : ` (plan ${plan})`}${due}`;
}

/** Windows has no such modes. */
async function modeFindings(path: string): Promise<Finding[]> {
  const { mode } = await stat(path);
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  const message = `${path} can be read by others`;
  return [{ level: "warning", subject, message, help: `chmod 600 ${path}` }];
}
