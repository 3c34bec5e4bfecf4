import { errorMessage } from "../../core/errors.ts";
import { messageNameProblem, toolNameProblem } from "../plugins/names.ts";
import type { Registry } from "../plugins/registry.ts";
import { toJsonSchema } from "../plugins/schemas.ts";
import { createTestHost } from "./test-host.ts";
import type { Tested, TestHost } from "./test-host.ts";

const quickMs = 1000;

/** One promise of the plugin contract; `run` rejects with what is wrong. */
export interface ContractTest {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * Checks that every plugin should pass, for any test runner:
 * `for (const { name, run } of contractTests(plugin)) it(name, run);`
 * Services the plugin needs come from the plugins in `beside`.
 */
export function contractTests(tested: Tested, beside: readonly Tested[] = []): ContractTest[] {
  const { name } = "plugin" in tested ? tested.plugin : tested;
  const plugins = [...beside, tested];
  const withHost = (check: (host: TestHost) => void | Promise<void>) => async () => {
    const host = await createTestHost({ plugins });
    try {
      await check(host);
    } finally {
      await host.close();
    }
  };
  return [
    {
      name: `${name} sets itself up within a second`,
      run: () => startsQuickly(plugins),
    },
    {
      name: `${name} has names of its own`,
      run: withHost(({ registry }) => refuseNames(registry, name)),
    },
    {
      name: `${name} has schemas that can be shown`,
      run: withHost(({ registry }) => showAll(registry, name)),
    },
    { name: `${name} lists itself to a client`, run: withHost(listAll) },
    {
      name: `${name} refuses a call with unfit arguments by a text`,
      run: withHost((host) => misuse(host, name)),
    },
    { name: `${name} closes within two seconds`, run: withHost(closesInTime) },
  ];
}

async function startsQuickly(plugins: readonly Tested[]): Promise<void> {
  const started = performance.now();
  const host = await createTestHost({ plugins });
  const ms = Math.round(performance.now() - started);
  await host.close();
  if (ms > quickMs) throw new Error(`its set-up took ${ms} ms`);
}

function refuseNames({ methods, notifications, tools }: Registry, plugin: string): void {
  const problems = [
    ...[...methods, ...notifications].flatMap(([name, owner]) =>
      owner.plugin === plugin ? [[name, messageNameProblem(name, plugin, false)]] : [],
    ),
    ...[...tools].flatMap(([name, owner]) =>
      owner.plugin === plugin ? [[name, toolNameProblem(name)]] : [],
    ),
  ];
  for (const [name, problem] of problems) {
    if (problem !== undefined) throw new Error(`${JSON.stringify(name)} ${problem}`);
  }
}

async function showAll({ methods, notifications, tools }: Registry, plugin: string): Promise<void> {
  for (const owner of [...methods.values(), ...notifications.values(), ...tools.values()]) {
    if (owner.plugin !== plugin) continue;
    const { definition } = owner;
    const schemas =
      "input" in definition
        ? [definition.input, ...(definition.output === undefined ? [] : [definition.output])]
        : [definition.params, ...("result" in definition ? [definition.result] : [])];
    for (const schema of schemas) {
      await toJsonSchema(schema).catch((error: unknown) => {
        throw new Error(`${definition.name}: ${errorMessage(error)}`, { cause: error });
      });
    }
  }
}

async function listAll({ registry, request }: TestHost): Promise<void> {
  const lists = [
    { method: "tools/list", there: registry.tools.size > 0 },
    { method: "prompts/list", there: registry.prompts.size > 0 },
    { method: "resources/list", there: registry.resources.size > 0 },
    { method: "resources/templates/list", there: registry.resourceTemplates.size > 0 },
  ];
  for (const { method, there } of lists) if (there) await request(method);
}

/** Arguments that no strict schema takes must come back as a result, never as a bug of the tool. */
async function misuse({ registry, callTool }: TestHost, plugin: string): Promise<void> {
  for (const [name, tool] of registry.tools) {
    const required = tool.inputSchema["required"];
    if (tool.plugin !== plugin || !Array.isArray(required) || required.length === 0) continue;
    const result = JSON.stringify(await callTool(name, {}));
    if (!result.includes('"isError":true'))
      throw new Error(`${name} took a call without arguments`);
  }
}

async function closesInTime(host: TestHost): Promise<void> {
  const code = await host.close();
  if (code !== 0) throw new Error(`the host ended with ${code}`);
  const late = /did not close within[^"]*/.exec(host.log());
  if (late !== null) throw new Error(late[0]);
}
