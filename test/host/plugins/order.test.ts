import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optional, type Plugin, token } from "../../../core/index.ts";
import { orderPlugins } from "../../../host/plugins/order.ts";

type Ordered = Pick<Plugin, "name" | "needs" | "provides">;

/** `plugin("a", "x y?", "z")`: a needs x, needs y if it is there, and provides z. */
function plugin(name: string, needs = "", provides = ""): Ordered {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  return {
    name,
    needs: Object.fromEntries(
      words(needs).map((word) => {
        const id = word.replace("?", "");
        return [id, word.endsWith("?") ? optional(token(id)) : token(id)];
      }),
    ),
    provides: words(provides).map((id) => token(id)),
  };
}

function order(plugins: Ordered[], disabled: Ordered[] = []): string {
  return orderPlugins(plugins, { hostServices: ["settings"], disabled })
    .map(({ name }) => name)
    .join(" ");
}

describe("the starting order", () => {
  it.each<[string, Ordered[], string]>([
    ["keeps the given order without needs", [plugin("b"), plugin("a")], "b a"],
    ["puts a provider first", [plugin("a", "x"), plugin("b", "", "x")], "b a"],
    ["puts an optional provider first", [plugin("a", "x?"), plugin("b", "", "x")], "b a"],
    ["does without an optional provider", [plugin("a", "x?"), plugin("b")], "a b"],
    ["needs nobody for the host's services", [plugin("a", "settings"), plugin("b")], "a b"],
    [
      "moves only who must wait",
      [plugin("a", "y"), plugin("b"), plugin("c", "", "x"), plugin("d", "x", "y")],
      "b c d a",
    ],
  ])("%s", (_title, plugins, expected) => {
    expect(order(plugins)).toBe(expected);
  });

  it("never starts a plugin before those it needs", () => {
    // Plugin n provides service n and needs earlier ones, in any given order: never a circle.
    const graphs = fc
      .array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
      .chain((needs) => {
        const plugins = needs.map((ids, n) =>
          plugin(
            `p${n}`,
            ids
              .filter((id) => id < n)
              .map((id) => `s${id}`)
              .join(" "),
            `s${n}`,
          ),
        );
        return fc.shuffledSubarray(plugins, { minLength: plugins.length });
      });
    fc.assert(
      fc.property(graphs, (plugins) => {
        const names = order(plugins).split(" ");
        expect(new Set(names).size).toBe(plugins.length);
        for (const { name, needs } of plugins) {
          for (const { id } of Object.values(needs ?? {})) {
            expect(names.indexOf(id.replace("s", "p"))).toBeLessThan(names.indexOf(name));
          }
        }
      }),
    );
  });

  it.each<[Ordered[], string, string]>([
    [
      [plugin("a", "y", "x"), plugin("b", "x", "y")],
      "SERVICE_CYCLE",
      "plugins need each other in a circle: a -> b -> a",
    ],
    [
      [plugin("z", "x"), plugin("a", "y", "x"), plugin("b", "w", "y"), plugin("c", "x?", "w")],
      "SERVICE_CYCLE",
      "plugins need each other in a circle: a -> b -> c -> a",
    ],
    [[plugin("a", "x", "x")], "SERVICE_CYCLE", "plugins need each other in a circle: a -> a"],
    [
      [plugin("a", "x"), plugin("b", "y z")],
      "SERVICE_MISSING",
      'a needs the service "x": no plugin provides it; b needs the service "y": no plugin provides it; b needs the service "z": no plugin provides it',
    ],
    [
      [plugin("a", "", "x"), plugin("b", "", "x y"), plugin("c", "", "y settings")],
      "SERVICE_DUPLICATE",
      'services are provided twice: "x" by a and b; "y" by b and c; "settings" by the host and c',
    ],
  ])("refuses %j", (plugins, code, message) => {
    expect(() => order(plugins)).toThrow(expect.objectContaining({ code, message }) as Error);
  });

  it("names a plugin that is switched off in a gap", () => {
    const off = plugin("b", "", "x");
    const message = 'a needs the service "x": b provides it but is switched off';
    expect(() => order([plugin("a", "x")], [off])).toThrow(message);
  });

  it("leaves gaps open when told so", () => {
    const context = { hostServices: [], mayMiss: true };
    expect(orderPlugins([plugin("a", "x")], context)).toHaveLength(1);
  });
});
