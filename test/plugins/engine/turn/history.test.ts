import { describe, expect, it } from "vitest";
import type { ResponseItem } from "../../../../core/index.ts";
import { History } from "../../../../plugins/engine/turn/history.ts";

const functionCall: ResponseItem = {
  type: "function_call",
  name: "shell",
  arguments: "{}",
  call_id: "f",
};
const customCall: ResponseItem = {
  type: "custom_tool_call",
  name: "apply_patch",
  input: "",
  call_id: "c",
};
const localCall: ResponseItem = {
  type: "local_shell_call",
  call_id: "l",
  status: "completed",
  action: { type: "exec", command: ["ls"] },
};
const said: ResponseItem = { type: "message", role: "user", content: [] };

describe("the history", () => {
  it.each<[string, ResponseItem, ResponseItem]>([
    ["function", functionCall, { type: "function_call_output", call_id: "f", output: "aborted" }],
    ["custom", customCall, { type: "custom_tool_call_output", call_id: "c", output: "aborted" }],
    ["local shell", localCall, { type: "function_call_output", call_id: "l", output: "aborted" }],
  ])("defect 15: answers an orphaned %s call in kind, right behind it", async (_, call, output) => {
    const history = new History();
    history.append([call, said]);
    expect(await history.forModel()).toEqual([call, output, said]);
  });

  it("leaves answered calls alone, however far their output is", async () => {
    const history = new History();
    const output: ResponseItem = { type: "function_call_output", call_id: "f", output: "x" };
    history.append([functionCall, said, output]);
    expect(await history.forModel()).toEqual([functionCall, said, output]);
  });

  it("keeps neither searches nor system messages, and hands on only what it keeps", async () => {
    const recorded: ResponseItem[] = [];
    const history = new History({
      items(items) {
        recorded.push(...items);
        return items;
      },
      whole: (items) => Promise.resolve([...items]),
      draft: () => undefined,
      dropDrafts: () => undefined,
      compacted: () => undefined,
    });
    history.append([
      { type: "web_search_call", id: "ws" },
      { type: "message", role: "system", content: [] },
      said,
    ]);
    expect(await history.forModel()).toEqual([said]);
    expect(recorded).toEqual([said]);
  });
});
