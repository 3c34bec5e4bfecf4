import { guardStdout, openWriter, processStdout } from "../rpc/stdout-guard.ts";

/** Writes a text to stdout; resolves when the pipe took it, or nobody reads it any more. */
export type Print = (text: string) => Promise<void>;

const silence = () => undefined;
const silentLog = { debug: silence, info: silence, warn: silence, error: silence };

/** Takes stdout for one command's report: what plugins print meanwhile does not mix with it. */
export function printer(): Print {
  const stdout = processStdout();
  guardStdout(stdout, { for: () => silentLog });
  const broken = Promise.withResolvers<void>();
  const write = openWriter(stdout, broken.resolve);
  return async (text) => {
    const written = new Promise<void>((resolve) => {
      write(text.endsWith("\n") ? text : `${text}\n`, () => resolve());
    });
    await Promise.race([written, broken.promise]);
  };
}
