// The floor: what a bare Node process costs that answers every request line with an empty result.
"use strict";
let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  let out = "";
  for (const line of lines) {
    const { id } = JSON.parse(line);
    if (id !== undefined) out += `${JSON.stringify({ jsonrpc: "2.0", id, result: {} })}\n`;
  }
  if (out !== "") process.stdout.write(out);
});
