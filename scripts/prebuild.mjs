// Runs at the end of the build: asks the fresh program for the schemas and default options of its
// plugins and leaves them beside it, so that it starts without zod.
import { execFileSync } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { root } from "./stamp.mjs";

const file = `${root}dist/prebuilt.json`;
// What an earlier build left would be believed.
rmSync(file, { force: true });
const program = [`${root}dist/portico.cjs`, "prebuild"];
const text = execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" });
JSON.parse(text);
writeFileSync(`${file}.new`, text);
renameSync(`${file}.new`, file);
