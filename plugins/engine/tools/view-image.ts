import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { errorMessage } from "../../../core/index.ts";
import { imageUrl } from "../turn/input.ts";
import { functionTool } from "./tool.ts";

/** `view_image`: a local picture becomes the next message to the model. */
export const imageTool = functionTool("viewImage", async (task, id, args) => {
  const path = resolve(task.session.cwd, args.path);
  try {
    const kind = await kindOf(path);
    if (kind === undefined) return `not an image: ${JSON.stringify(path)}`;
    const image = await imageUrl(path, kind);
    task.emit({ type: "view_image_tool_call", call_id: id, path });
    return { output: "attached local image path", images: [image] };
  } catch (error) {
    return `unable to read the image ${JSON.stringify(path)}: ${errorMessage(error)}`;
  }
});

// By content, not by name: what a model cannot decode fails its whole next request.
async function kindOf(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const head = buffer.toString("latin1", 0, bytesRead);
    if (head.startsWith("RIFF")) return head.startsWith("WEBP", 8) ? "image/webp" : undefined;
    return signatures.find(([start]) => head.startsWith(start))?.[1];
  } finally {
    await file.close();
  }
}

const signatures = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF8", "image/gif"],
  ["BM", "image/bmp"],
] as const;
