import type { Order } from "./collector.ts";

/** What the thread that searches is told once. */
export interface ThreadSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hidden: boolean;
  readonly strict: boolean;
  readonly maxFiles: number;
  readonly maxWatches: number;
  readonly forgetAfterMs: number;
}

export interface SearchRequest {
  readonly query: string;
  /** As the client gave them, and absolute. */
  readonly roots: readonly { readonly given: string; readonly path: string }[];
  readonly order: Order;
  /** The most files of one root. */
  readonly limit: number;
  /** Whether somebody wants to see what there is while it is searched. */
  readonly partials: boolean;
}

export type ToThread =
  | { readonly kind: "search"; readonly id: number; readonly request: SearchRequest }
  | { readonly kind: "cancel"; readonly id: number };

/** A file that answers a query; wire names, as it leaves like this. */
export interface FoundFile {
  readonly root: string;
  readonly path: string;
  readonly file_name: string;
  readonly score: number;
  readonly indices: number[];
}

export interface Found {
  readonly files: FoundFile[];
  /** What a person should know: roots that are none, folders that could not be read. */
  readonly notes: string[];
}

/** How far a search is that takes its time. */
export interface Partial extends Found {
  readonly seen: number;
  readonly matches: number;
}

export type FromThread =
  | { readonly kind: "found"; readonly id: number; readonly found: Found }
  | { readonly kind: "partial"; readonly id: number; readonly partial: Partial }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** Nothing is kept any more: the thread may end. */
  | { readonly kind: "empty" };
