// Apart from the schemas of the tools: a call does without those of its many events.
export { CodexEventParams } from "../../core/index.ts";
