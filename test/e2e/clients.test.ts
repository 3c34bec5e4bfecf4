import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it } from "vitest";
import { mockModel, type Entry, type MockModel } from "../helpers/mock-model.ts";
import { program } from "../helpers/peer-process.ts";
import { shellCall } from "../helpers/scenario.ts";
import { tempHome, type TempHome } from "../helpers/temp-home.ts";

interface Outcome {
  text: string | undefined;
  isError: boolean;
  structured: unknown;
  questions: string[];
}

type Elicited = { action: "accept" | "decline" | "cancel"; content?: { decision: string } };

interface Setup {
  home: TempHome;
  model: MockModel;
}
const opened: Setup[] = [];
afterEach(async () => {
  for (const { home, model } of opened.splice(0)) {
    await model.close();
    home.dispose();
  }
});

async function setup(script: Entry[]): Promise<Setup> {
  const model = await mockModel(script);
  const made = { model, home: tempHome({ baseUrl: model.url }) };
  opened.push(made);
  return made;
}

function launch(home: TempHome): {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stderr: "ignore";
} {
  return {
    command: process.execPath,
    args: [program, "mcp"],
    env: { PATH: process.env["PATH"] ?? "", CODEX_HOME: home.home },
    cwd: home.workspace,
    stderr: "ignore",
  };
}

const ask = {
  name: "codex",
  arguments: { prompt: "make a repository", "approval-policy": "untrusted" },
};

/** One call of `codex` through version 1 of the SDK. */
async function throughVersion1(home: TempHome, answer: Elicited | undefined): Promise<Outcome> {
  const client = new Client(
    { name: "sdk-1", version: "1.0.0" },
    { capabilities: answer === undefined ? {} : { elicitation: {} } },
  );
  const questions: string[] = [];
  if (answer !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, (request) => {
      questions.push(request.params.message);
      return answer;
    });
  }
  await client.connect(new StdioClientTransport(launch(home)));
  const result = await client.callTool(ask);
  await client.close();
  return outcome(result, questions);
}

/** One call of `codex` through version 2 of the SDK. */
async function throughVersion2(home: TempHome, answer: Elicited | undefined): Promise<Outcome> {
  const client = new ModernClient(
    { name: "sdk-2", version: "1.0.0" },
    { capabilities: answer === undefined ? {} : { elicitation: {} } },
  );
  const questions: string[] = [];
  if (answer !== undefined) {
    client.setRequestHandler("elicitation/create", (request) => {
      questions.push(request.params.message);
      return answer;
    });
  }
  await client.connect(new ModernTransport(launch(home)));
  const result = await client.callTool(ask);
  await client.close();
  return outcome(result, questions);
}

function outcome(result: object, questions: string[]): Outcome {
  const { content, isError, structuredContent } = result as {
    content?: { text?: string }[];
    isError?: boolean;
    structuredContent?: unknown;
  };
  return {
    text: content?.[0]?.text,
    isError: isError === true,
    structured: structuredContent,
    questions,
  };
}

describe.each([
  ["1", throughVersion1],
  ["2", throughVersion2],
] as const)("a client made with version %s of the SDK", (_, through) => {
  const script: Entry[] = [[shellCall(["git", "init"])], "Done."];

  it.each([
    [{ action: "accept", content: { decision: "approved" } }, true],
    [{ action: "accept", content: { decision: "denied" } }, false],
    [{ action: "decline" }, false],
    [{ action: "cancel" }, false],
  ] as const)("is asked, answers %j, and gets the result", async (answer, made) => {
    const { home } = await setup(script);
    const got = await through(home, answer);
    expect(got).toMatchObject({ text: "Done.", isError: false });
    expect(got.questions).toHaveLength(1);
    expect(got.questions[0]).toContain("git init");
    expect(got.structured).toMatchObject({ content: "Done." });
    expect(existsSync(join(home.workspace, ".git"))).toBe(made);
  });

  it("without elicitation gets its answer at once, the command denied", async () => {
    const { home } = await setup(script);
    const got = await through(home, undefined);
    expect(got).toMatchObject({ text: "Done.", isError: false });
    expect(existsSync(join(home.workspace, ".git"))).toBe(false);
  });

  it("reads a model failure as an error", async () => {
    const { home } = await setup([{ status: 400, body: "nope" }]);
    const got = await through(home, { action: "decline" });
    expect(got.isError).toBe(true);
    expect(got.text).toContain("nope");
  });
});

describe("the Inspector's command line", () => {
  const inspector = fileURLToPath(
    new URL("../../node_modules/.bin/mcp-inspector", import.meta.url),
  );

  async function inspect(home: TempHome, ...args: string[]): Promise<unknown> {
    const settings = ["-e", `CODEX_HOME=${home.home}`];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [inspector, "--cli", ...settings, process.execPath, program, "mcp", ...args],
      { cwd: home.workspace, env: { ...process.env, HOME: home.root } },
    );
    return JSON.parse(stdout);
  }

  it("lists the tools", async () => {
    const { home } = await setup([]);
    expect(await inspect(home, "--method", "tools/list")).toMatchObject({
      tools: [{ name: "codex", title: "Codex" }, { name: "codex-reply" }, { name: "search_files" }],
    });
  });

  it("calls the agent", async () => {
    const { home } = await setup(["Hello, Inspector."]);
    const args = ["--method", "tools/call", "--tool-name", "codex", "--tool-arg", "prompt=hi"];
    expect(await inspect(home, ...args)).toMatchObject({
      content: [{ type: "text", text: "Hello, Inspector." }],
    });
  });
});
