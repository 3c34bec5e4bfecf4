/** The built-in instructions: what the model is, how it works here, how it talks. */
export { default as baseInstructions } from "./instructions.md";
