import { type FSWatcher, watch } from "node:fs";
import type { Folder } from "../files/folder.ts";
import { Walk } from "../files/walk.ts";
import { type Build, sliceMs } from "./build.ts";
import { isSameTime, timeOf } from "./folder-time.ts";
import { turn } from "./turn.ts";

/** Shares the watches that one process may have. */
export class WatchBudget {
  left: number;

  constructor(limit: number) {
    this.left = limit;
  }
}

/** Times of folders are only as fine as the clock that files are stamped with. */
const clockGrainMs = 50;
const uncheckedMs = 1000;
const watchedMs = 30_000;
/** So many folders are checked while a search waits; more only when it must be sure. */
const quickCheck = 16_384;
/** With so many pieces more than at first a new listing is cheaper. */
const mostPieces = 400;

const ruleNames = new Set([".gitignore", ".ignore", ".git"]);

/**
 * Keeps a listing true: folders are watched as far as the system lets us, the times of the others are
 * compared. A change of what is ignored asks for a new listing.
 */
export class Freshness {
  readonly #build: Build;
  readonly #budget: WatchBudget;
  readonly #segmentsAtFirst: number;
  readonly #watchers = new Map<Folder, FSWatcher>();
  readonly #dirty = new Set<Folder>();
  readonly #replaced = new Set<string>();
  readonly #ruleTimes = new Map<string, number>();
  #unwatched: Folder[] = [];
  #checkedAt = 0;
  #settled = false;
  #isIndexNew = false;
  #closed = false;
  #busy: Promise<void> | undefined;
  #mending: Promise<void> | undefined;
  /** The listing cannot be mended. */
  isStale = false;

  constructor(build: Build, budget: WatchBudget) {
    this.#build = build;
    this.#budget = budget;
    this.#segmentsAtFirst = build.segments.length;
    for (const path of build.listing?.ruleFiles ?? []) this.#ruleTimes.set(path, timeOf(path));
  }

  /** Watches, then looks for what changed before it did. */
  settle(): Promise<void> {
    this.#busy ??= this.#settle().finally(() => (this.#busy = undefined));
    return this.#busy;
  }

  async #settle(): Promise<void> {
    await this.#watchAll(this.#build.folders);
    await this.#compare(this.#build.folders);
    await this.#mend();
    this.#settled = true;
  }

  /** Brings the listing up to what is known; `surely`: also what would take long to find out. */
  async refresh(surely: boolean): Promise<void> {
    // Twice, so that the events of what happened before are in.
    await turn();
    await turn();
    this.#checkRules();
    const { folders } = this.#build;
    if (surely || folders.length <= quickCheck) this.#checkIndex();
    if (!this.#settled && (surely || folders.length <= quickCheck)) await this.#compare(folders);
    else if (this.#settled && this.#isDue(surely)) await this.#compare(this.#unwatched);
    await this.#mend();
  }

  #isDue(surely: boolean): boolean {
    return surely || this.#unwatched.length <= quickCheck;
  }

  /** What a search did not wait for. */
  checkLater(): void {
    const age = Date.now() - this.#checkedAt;
    if (!this.#settled || this.#busy !== undefined) return;
    if (age < (this.#unwatched.length > 0 ? uncheckedMs : watchedMs)) return;
    this.#checkIndex();
    this.#busy = this.#compare(this.#build.folders)
      .then(() => this.#mend())
      .finally(() => (this.#busy = undefined));
    // The next search tries again.
    this.#busy.catch(() => undefined);
  }

  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#budget.left += this.#watchers.size;
    this.#watchers.clear();
  }

  async #watchAll(folders: readonly Folder[]): Promise<void> {
    let until = performance.now() + sliceMs;
    for (const folder of folders) {
      if (this.#closed) return;
      if (!this.#watch(folder)) this.#unwatched.push(folder);
      if (performance.now() < until) continue;
      await turn();
      until = performance.now() + sliceMs;
    }
  }

  #watch(folder: Folder): boolean {
    if (this.#budget.left <= 0 || folder.gone) return false;
    try {
      const path = this.#pathOf(folder);
      const watcher = watch(path, { persistent: false }, (event, name) =>
        this.#hear(folder, event, name),
      );
      watcher.on("error", () => this.#unwatch(folder));
      this.#watchers.set(folder, watcher);
      this.#budget.left -= 1;
      return true;
    } catch {
      // The system gives no more of them: others would fail too.
      this.#budget.left = 0;
      return false;
    }
  }

  #unwatch(folder: Folder): void {
    this.#watchers.get(folder)?.close();
    if (this.#watchers.delete(folder)) this.#budget.left += 1;
    if (!folder.gone) this.#unwatched.push(folder);
  }

  #hear(folder: Folder, event: string, name: string | null): void {
    if (name !== null && ruleNames.has(name)) this.isStale = true;
    if (event !== "rename") return;
    this.#dirty.add(folder);
    if (name !== null) this.#replaced.add(`${folder.path}${name}/`);
  }

  /** Marks what has another time than before, or was changed since the listing began. */
  async #compare(folders: readonly Folder[]): Promise<void> {
    this.#checkedAt = Date.now();
    let until = performance.now() + sliceMs;
    for (const folder of folders) {
      if (this.#closed) return;
      if (!folder.gone) this.#compareOne(folder);
      if (performance.now() < until) continue;
      await turn();
      until = performance.now() + sliceMs;
    }
    this.#checkRules();
  }

  #compareOne(folder: Folder): void {
    const time = timeOf(this.#pathOf(folder));
    const same =
      folder.changedAt === undefined
        ? time < this.#build.startedAt - clockGrainMs
        : time === folder.changedAt;
    if (!same) this.#dirty.add(folder);
    // Another change within the same tick of the clock would not show.
    folder.changedAt = Date.now() - time < clockGrainMs ? Number.NaN : time;
  }

  #checkRules(): void {
    for (const [path, time] of this.#ruleTimes) {
      if (!isSameTime(timeOf(path), time)) this.isStale = true;
    }
  }

  /** A change of what is tracked shows in ignored files alone. */
  #checkIndex(): void {
    const { around, indexTime } = this.#build;
    if (around?.index === undefined) return;
    this.#isIndexNew ||= !isSameTime(timeOf(around.index), indexTime);
  }

  /** Lists the marked folders again, when whoever does so now is done. */
  async #mend(): Promise<void> {
    while (this.#mending !== undefined) await this.#mending;
    this.#mending = this.#mendNow().finally(() => (this.#mending = undefined));
    await this.#mending;
  }

  async #mendNow(): Promise<void> {
    await this.#build.quiet();
    if (this.#isIndexNew && !this.isStale) {
      this.#isIndexNew = false;
      await this.#build.listIgnored();
    }
    const { listing, segments } = this.#build;
    if (this.isStale || this.#dirty.size === 0 || listing === undefined) return;
    const start = [...this.#dirty].filter((folder) => !folder.gone);
    const replaced = new Set(this.#replaced);
    this.#dirty.clear();
    this.#replaced.clear();
    const walk = new Walk({
      listing,
      start,
      replaced,
      onSegment: (segment) => void segments.push(segment),
    });
    while (!walk.step(sliceMs)) await turn();
    this.#build.folders = [...this.#build.folders.filter(({ gone }) => !gone), ...walk.folders];
    for (const [folder] of this.#watchers) if (folder.gone) this.#unwatch(folder);
    this.#unwatched = this.#unwatched.filter(({ gone }) => !gone);
    if (listing.ruleFiles.size > this.#ruleTimes.size) this.#learnRules(listing.ruleFiles);
    if (segments.length > this.#segmentsAtFirst + mostPieces) this.isStale = true;
    await this.#watchAll(walk.folders);
    // Between the listing of a new folder and its watch something may have happened.
    if (walk.folders.length === 0) return;
    await this.#compare(walk.folders);
    await this.#mendNow();
  }

  #learnRules(paths: ReadonlySet<string>): void {
    for (const path of paths) {
      if (!this.#ruleTimes.has(path)) this.#ruleTimes.set(path, timeOf(path));
    }
  }

  #pathOf(folder: Folder): string {
    return `${this.#build.listing?.root ?? ""}/${folder.path}`;
  }
}
