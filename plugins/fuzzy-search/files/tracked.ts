import type { Listing } from "./list-folder.ts";
import type { Rules } from "./rules.ts";
import { ruleFile } from "./surroundings.ts";

/**
 * Tells which tracked files `.ignore` files leave out: the only ones that have a say about them.
 * Their folders may be left out of the listing, so the files in these are read here.
 */
export class TrackedFilter {
  readonly #listing: Listing;
  /** By folder, with a slash at its end. */
  readonly #rules = new Map<string, Rules>();

  constructor(listing: Listing, top: Rules) {
    this.#listing = listing;
    this.#rules.set("", this.#within("", top));
  }

  /** `path` is from the root, in bytes, one a character. */
  keeps(path: string): boolean {
    let folder = "";
    const parts = path.split("/");
    for (const [index, part] of parts.entries()) {
      const rules = this.#rules.get(folder);
      const isFolder = index < parts.length - 1;
      const above = `${this.#listing.root}/${folder}`;
      if (rules?.ignoresTracked(above, part, isFolder) !== false) return false;
      folder += `${part}/`;
      if (isFolder && !this.#rules.has(folder))
        this.#rules.set(folder, this.#within(folder, rules));
    }
    return true;
  }

  #within(folder: string, rules: Rules): Rules {
    const place = Buffer.from(folder, "latin1").toString();
    const path = `${this.#listing.root}/${place}`;
    this.#listing.ruleFiles.add(`${path}.ignore`);
    const ignore = ruleFile(`${path}.ignore`, path, this.#listing.ignoreCase);
    return ignore === undefined ? rules : rules.with({ ignore });
  }
}
