import { defineMethod, definePlugin } from "portico/plugin";
import { z } from "zod";

const greet = defineMethod({
  name: "plain-greeter/greet",
  summary: "Greet somebody by name.",
  params: z.object({ name: z.string() }),
  result: z.object({ greeting: z.string() }),
});

export default definePlugin({
  apiVersion: 1,
  name: "plain-greeter",
  version: "1.0.0",
  setup({ method }) {
    method(greet, ({ name }) => ({ greeting: `Hello, ${name}!` }));
  },
});
