import { pick } from "./trees.ts";

type Next = () => number;

/** How people write the name of a file they mean; `undefined` where a way does not suit the file. */
export const ways: Readonly<Record<string, (path: string, next: Next) => string | undefined>> = {
  "start of the name": (path, next) => longEnough(stem(path).slice(0, some(3, 7, next)), 3),
  "first letters": (path) => ofWords(path, (word) => word.charAt(0)),
  "starts of words": (path, next) => ofWords(path, (word) => word.slice(0, some(1, 3, next))),
  consonants: (path) => longEnough(stem(path).replaceAll(/(?<=.)[aeiou_.-]/g, ""), 3),
  "some letters": (path, next) => {
    const letters = stem(path).replaceAll(/[^a-z0-9]/g, "");
    const kept = Array.from(letters).filter((_, at) => at === 0 || next() < 0.5);
    return letters.length < 6 ? undefined : longEnough(kept.join(""), 4);
  },
  "whole name": (path) => base(path).toLowerCase(),
  "name without extension": (path) => stem(path),
  "folder and name": (path, next) => withFolder(path, next, (folder, name) => `${folder} ${name}`),
  "name and folder": (path, next) => withFolder(path, next, (folder, name) => `${name} ${folder}`),
  "folder/name": (path, next) => {
    const folder = path.split("/").at(-2);
    const start = stem(path).slice(0, some(3, 6, next));
    return folder === undefined ? undefined : `${folder.slice(0, some(1, 6, next))}/${start}`;
  },
  "last word and first": (path, next) => {
    const words = wordsOf(path);
    const chosen = [words.at(-1), words[0]].map((word) => word?.slice(0, some(2, 5, next)));
    return words.length < 2 ? undefined : chosen.join(" ");
  },
};

/** The same with one letter wrong, too many, missing or swapped. */
export function mistyped(path: string, next: Next): string | undefined {
  const name = stem(path);
  if (!/^[a-z0-9_-]{6,20}$/.test(name)) return undefined;
  const at = some(1, name.length - 2, next);
  const letter = pick(Array.from("abcdefghijklmnopqrstuvwxyz"), next);
  const [before, here, behind] = [name.slice(0, at), name.charAt(at), name.slice(at + 1)];
  const swapped = before + behind.charAt(0) + here + behind.slice(1);
  return pick(
    [before + letter + behind, before + letter + here + behind, before + behind, swapped],
    next,
  );
}

function some(least: number, most: number, next: Next): number {
  return least + Math.floor(next() * (most - least + 1));
}

function base(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function withoutExtension(path: string): string {
  return base(path).replace(/(?<=.)\.[^.]*$/, "");
}

function stem(path: string): string {
  return withoutExtension(path).toLowerCase();
}

function wordsOf(path: string): string[] {
  const words = withoutExtension(path).match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

function ofWords(path: string, part: (word: string) => string): string | undefined {
  const words = wordsOf(path);
  return words.length < 2 ? undefined : words.map(part).join("");
}

function longEnough(text: string, least: number): string | undefined {
  return text.length < least ? undefined : text;
}

function withFolder(
  path: string,
  next: Next,
  join: (folder: string, name: string) => string,
): string | undefined {
  const folders = path.split("/").slice(0, -1);
  if (folders.length === 0) return undefined;
  const folder = pick(folders, next).slice(0, some(3, 5, next));
  return join(folder.toLowerCase(), stem(path).slice(0, some(3, 6, next)));
}
