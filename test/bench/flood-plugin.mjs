// A plugin for measures: floods the client as far as the outbox has room, and answers calls.
import { defineMethod, defineNotification, definePlugin } from "portico/plugin";
import { z } from "zod";

const count = z.int().positive();
const flood = defineMethod({
  name: "flood/start",
  summary: "Sends so many notifications with texts of so many characters.",
  params: z.object({ count, size: count }),
  result: z.object({}),
});
const drop = defineNotification({
  name: "flood/drop",
  summary: "One of them.",
  params: z.object({ n: z.int(), text: z.string() }),
});
const echo = defineMethod({
  name: "flood/echo",
  summary: "Answers what it was given.",
  params: z.object({ n: z.int() }),
  result: z.object({ n: z.int() }),
});

export default definePlugin({
  apiVersion: 1,
  name: "flood",
  version: "1.0.0",

  setup({ method, notification }) {
    notification(drop);
    method(echo, ({ n }) => ({ n }));
    method(flood, async ({ count: wanted, size }, { client }) => {
      const text = "x".repeat(size);
      for (let n = 0; n < wanted; n += 1) {
        client.notify(drop, { n, text });
        const room = client.ready();
        if (room !== undefined) await room;
      }
      return {};
    });
  },
});
