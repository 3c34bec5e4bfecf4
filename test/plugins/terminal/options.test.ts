import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { parseOptions } from "../../../plugins/terminal/options.ts";

const stream = new PassThrough();
const streams = { stdin: stream, stdout: stream, stderr: stream };

it("reads everything a command line can say", () => {
  const argv =
    "fix -s workspace-write -a on-request -p fast --cwd /w -m o -c a=1 --plugins f.json -c b.c=2 --json --no";
  expect(parseOptions(argv.split(" "), streams)).toEqual({
    prompt: "fix",
    settings: {
      cwd: "/w",
      model: "o",
      profile: "fast",
      sandbox: "workspace-write",
      "approval-policy": "on-request",
    },
    server: ["-c", "a=1", "-c", "b.c=2", "--plugins", "f.json"],
    json: true,
    answer: "no",
  });
});

it("leaves out what is not said", () => {
  expect(parseOptions(["fix it"], streams)).toEqual({
    prompt: "fix it",
    settings: {},
    server: [],
    json: false,
    answer: undefined,
  });
});
