import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";

const module = fileURLToPath(new URL("../../../../plugins/engine/exec/run.ts", import.meta.url));

/** A process that runs a command which prints its process group, and then waits with a child. */
const code = (script: string) => `
  const { run } = await import(${JSON.stringify(module)});
  const { marked } = await import(${JSON.stringify(module.replace("run.ts", "stragglers.ts"))});
  await run({
    command: ["sh", "-c", ${JSON.stringify(script)}],
    cwd: "/", env: marked({ PATH: process.env.PATH }), timeoutMs: 60_000,
    signal: new AbortController().signal,
    onOutput: (_stream, chunk) => void process.stdout.write(chunk),
  });
`;

function start(script: string) {
  const args = ["--input-type=module", "-e", code(script)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

it.skipIf(process.platform === "win32")(
  "a command and its children end with us even when we are killed",
  async () => {
    const us = start("sleep 600 & echo $$; wait");
    const [line] = (await once(us.stdout, "data")) as [Buffer];
    const group = Number(line.toString());
    onTestFinished(() => void (isAlive(group) && process.kill(-group, "SIGKILL")));
    expect(isAlive(group)).toBe(true);
    us.kill("SIGKILL");
    await vi.waitFor(() => expect(isAlive(group)).toBe(false), { timeout: 5000 });
  },
);

it.runIf(process.platform === "linux")("a daemon ends with us, too", async () => {
  const us = start("setsid sh -c 'echo $$; exec sleep 600' & wait");
  const [line] = (await once(us.stdout, "data")) as [Buffer];
  const daemon = Number(line.toString());
  onTestFinished(() => void (isAlive(daemon) && process.kill(-daemon, "SIGKILL")));
  expect(isAlive(daemon)).toBe(true);
  us.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(daemon)).toBe(false), { timeout: 5000 });
});

it.skipIf(process.platform === "win32")("the watchdog does not keep us alive", async () => {
  const us = start("true");
  const [exitCode] = (await once(us, "exit")) as [number | null];
  expect(exitCode).toBe(0);
});
