import type { SeenRequest, Entry } from "../helpers/mock-model.ts";
import { renderResponses } from "../helpers/model-wires.ts";
import { turn, type Measure } from "./measures.ts";
import { withServer } from "./servers.ts";

const conversations = 500;
const warmUp = 150;
const deltas = 100_000;
const pictures = 20;
/** Seconds after which an idle process has given back what it will. */
const quiet = 12;

/** What a process that works for hours holds on to. */
export const memoryMeasures: Measure[] = [
  {
    title: "memory of 500 idle conversations",
    runs: 1,
    unit: "KiB each",
    agent: true,
    run: (target) =>
      withServer(
        target,
        () => "Hello.",
        async (server) => {
          await server.initialize();
          // By then the heap has the size that so many turns give it, whatever is kept of them.
          for (let id = 0; id < warmUp; id += 1) await turn(server, id, "hello");
          const before = await server.settled();
          for (let id = 0; id < conversations; id += 1) await turn(server, warmUp + id, "hello");
          return { resident: ((await server.settled(quiet)) - before) * (1024 / conversations) };
        },
      ),
  },
  {
    title: "memory of a turn with 100,000 deltas",
    runs: 1,
    unit: "MiB",
    agent: true,
    run: (target) =>
      withServer(target, manyDeltas(), async (server) => {
        await server.initialize();
        for (const id of [1, 2, 3]) await turn(server, id, "hello");
        const before = await server.settled();
        await turn(server, 4, "many");
        return {
          "peak above before": server.memory("VmHWM") - before,
          "left after": (await server.settled(quiet)) - before,
        };
      }),
  },
  {
    title: "memory of a conversation with 20 pictures of 1 MiB",
    runs: 1,
    unit: "MiB",
    agent: true,
    run: (target) =>
      withServer(target, viewing, async (server) => {
        await server.initialize();
        await turn(server, 1, "hello");
        const before = await server.settled();
        await turn(server, 2, "look");
        return { "left after": (await server.settled(quiet)) - before };
      }),
  },
];

/** One answer whose text comes in so many pieces; others are short. */
function manyDeltas(): (request: SeenRequest) => Entry {
  const pieces = Array.from({ length: deltas }, () => "word ");
  const { body, end } = renderResponses([{ message: pieces.join(""), deltas: pieces }], undefined);
  const whole = [Buffer.from(body + end)];
  return (request) => (promptOf(request) === "many" ? { raw: whole } : "Hello.");
}

/** A model that makes a file of noise and looks at it so many times. */
function viewing(request: SeenRequest): Entry {
  if (promptOf(request) !== "look") return "Hello.";
  const input = request.body["input"] as { type?: string }[];
  const asked = input.filter(({ type }) => type === "function_call_output").length;
  const id = `call_${asked}`;
  if (asked === 0) return [{ call: "shell", arguments: { command: ["sh", "-c", noise] }, id }];
  if (asked > pictures) return "Done.";
  return [{ call: "view_image", arguments: { path: "noise.png" }, id }];
}

const noise = "{ printf '\\211PNG\\r\\n\\032\\n'; head -c 1048568 /dev/urandom; } > noise.png";

/** The last thing that the person said. */
function promptOf({ body }: SeenRequest): string | undefined {
  const input = body["input"] as { role?: string; content?: { text?: string }[] }[];
  const texts = input.flatMap(({ role, content }) =>
    role === "user"
      ? (content ?? []).flatMap(({ text }) => (text === undefined ? [] : [text]))
      : [],
  );
  return texts.at(-1);
}
