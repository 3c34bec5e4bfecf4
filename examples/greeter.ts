import { defineMethod, defineNotification, definePlugin, defineTool } from "portico/plugin";
import { z } from "zod";

const greet = defineMethod({
  name: "greeter/greet",
  summary: "Greet somebody by name.",
  params: z.object({ name: z.string() }),
  result: z.object({ greeting: z.string() }),
});
const greeted = defineNotification({
  name: "greeter/greeted",
  summary: "Somebody was greeted.",
  params: z.object({ name: z.string() }),
});
const meet = defineTool({
  name: "meet",
  title: "Meet",
  description: "Ask the person for their name and greet them.",
  input: z.object({}),
});

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
