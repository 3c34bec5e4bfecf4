import { defineMethod, defineNotification, definePlugin, defineTool } from "portico/plugin";
import { z } from "zod";

const Name = z.object({ name: z.string() });
const result = z.object({ greeting: z.string() });
const greet = defineMethod({ name: "greeter/greet", summary: "Greet.", params: Name, result });
const greeted = defineNotification({ name: "greeter/greeted", summary: "Done.", params: Name });
const asking = { title: "Meet", description: "Ask for a name and greet.", input: z.object({}) };
const meet = defineTool({ name: "meet", ...asking });

export default definePlugin({
  apiVersion: 1,
  name: "greeter",
  version: "1.0.0",
  options: z.strictObject({ word: z.string().default("Hello") }),
  setup({ client, method, notification, options, tool }) {
    const sayHello = (name: string) => {
      client.notify(greeted, { name });
      return `${options.word}, ${name}!`;
    };
    notification(greeted);
    method(greet, ({ name }) => ({ greeting: sayHello(name) }));
    tool(meet, async (_args, { ask }) => {
      const answer = await ask({ message: "Your name?", fields: { name: { type: "string" } } });
      const name = answer.kind === "answered" ? answer.content["name"] : undefined;
      const text = typeof name === "string" ? sayHello(name) : "Nobody is there to greet.";
      return { content: [{ type: "text", text }] };
    });
  },
});
