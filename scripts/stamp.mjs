import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's root, with a slash at its end. */
export const root = fileURLToPath(new URL("../", import.meta.url));

const inputs = [
  "core",
  "host",
  "plugins",
  "scripts/build.mjs",
  "scripts/prebuild.mjs",
  "package.json",
  "package-lock.json",
  "plugins.config.json",
  "rolldown.config.mjs",
  "tsconfig.json",
];

/** A hash of everything the build reads; contents, since a checkout changes times. */
export function sourceStamp() {
  const hash = createHash("sha256");
  for (const path of inputs.flatMap(filesUnder)) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(root + path))
      .update("\0");
  }
  return hash.digest("hex");
}

/** True when `dist` was made from these sources, to its end. */
export function isBuilt(stamp = sourceStamp()) {
  try {
    return readFileSync(`${root}dist/.stamp`, "utf8") === stamp;
  } catch {
    return false;
  }
}

function filesUnder(path) {
  let entries;
  try {
    entries = readdirSync(root + path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
  return entries
    .filter(({ name }) => !name.endsWith(".md"))
    .map(({ name }) => `${path}/${name}`)
    .sort()
    .flatMap(filesUnder);
}
