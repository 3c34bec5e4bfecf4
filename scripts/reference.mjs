// `npm run reference`: writes plugins/METHODS.md from what the built program registers.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { root } from "./stamp.mjs";

const program = [`${root}dist/portico.cjs`, "reference"];
const text = execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" });
writeFileSync(`${root}plugins/METHODS.md`, text);
