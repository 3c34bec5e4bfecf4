import { describe, expect, it } from "vitest";
import type { ModelTraits } from "../../../../core/index.ts";
import { patchShellManual } from "../../../../plugins/engine/patch/manual.ts";
import { offeredTools } from "../../../../plugins/engine/tools/offered.ts";
import { baseInstructions } from "../../../../plugins/engine/turn/instructions.ts";
import { instructionsFor } from "../../../../plugins/engine/turn/prompt.ts";
import { call, calls, outputs, stage, text } from "../stage.ts";

const plain = { plan: false, patch: false, webSearch: false, viewImage: false };

function traits(more: Partial<ModelTraits> = {}): ModelTraits {
  return {
    reasoning: false,
    verbosity: false,
    patchManual: true,
    patchTool: "none",
    shellTool: "shell",
    contextWindow: undefined,
    autoCompactLimit: undefined,
    ...more,
  };
}

describe("the instructions", () => {
  const withPatch = offeredTools({ ...plain, patch: true }, traits());
  it.each([
    ["have the patch manual where the model needs it", undefined, traits(), [], true],
    ["do without it where a patch tool is offered", undefined, traits(), withPatch, false],
    ["do without it for other models", undefined, traits({ patchManual: false }), [], false],
  ])("%s", (_, override, of, tools, manual) => {
    expect(instructionsFor(override, of, tools)).toBe(
      manual ? `${baseInstructions}\n${patchShellManual}` : baseInstructions,
    );
  });

  it("are an override as it stands", () => {
    expect(instructionsFor("own", traits(), [])).toBe("own");
  });
});

describe("the offered tools", () => {
  const all = { plan: true, patch: true, webSearch: true, viewImage: true };
  const names = (settings: typeof plain, of: ModelTraits) =>
    offeredTools(settings, of).map((tool) =>
      "name" in tool ? `${tool.type} ${tool.name}` : tool.type,
    );

  it("stand in a fixed order", () => {
    expect(names(all, traits())).toEqual([
      "function shell",
      "function update_plan",
      "custom apply_patch",
      "web_search",
      "function view_image",
    ]);
  });

  it("are only the shell where nothing else is wanted", () => {
    expect(names(plain, traits())).toEqual(["function shell"]);
  });

  it("follow the model in shell and patch", () => {
    const of = traits({ shellTool: "local_shell", patchTool: "function" });
    expect(names(plain, of)).toEqual(["local_shell", "function apply_patch"]);
    expect(names(plain, traits({ patchTool: "freeform" }))[1]).toBe("custom apply_patch");
  });

  it("defect 12: are none that would run commands past the sandbox, whatever the settings say", async () => {
    const config = {
      experimental_use_exec_command_tool: true,
      experimental_use_unified_exec_tool: true,
    };
    const names = ["exec_command", "write_stdin", "unified_exec"];
    const asked = names.map((name, n) => call(name, { cmd: "id", input: ["id"] }, `c${n}`));
    const at = await stage({ config, script: [calls(...asked), text("done")] });
    await at.say("go");
    expect(at.requests[0]?.tools.map((tool) => "name" in tool && tool.name)).toEqual([
      "shell",
      "view_image",
    ]);
    expect(outputs(at.requests[1])).toEqual(names.map((name) => `unsupported call: ${name}`));
  });

  it("list their arguments in alphabetical order and take no others", () => {
    for (const tool of offeredTools(all, traits({ patchTool: "function" }))) {
      if (tool.type !== "function") continue;
      const names = Object.keys(tool.parameters["properties"] ?? {});
      expect(names).toEqual(names.toSorted());
      expect(tool.parameters["additionalProperties"]).toBe(false);
      expect(tool.strict).toBe(false);
    }
  });
});
