/**
 * Words that this project does not use, in code, queries and documentation. The rule is the section
 * "English" of `CONTRIBUTING.md`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { it } from "@std/testing/bdd";

const ROOT = new URL("../", import.meta.url);

/** Records what was written at the time, or quotes the words: this file. */
const EXEMPT = ["CHANGELOG.md", "tests/prose_test.ts"];

/** A word, or words in this order, and what to write instead. */
const AVOIDED: Record<string, string> = {
  "mend": "fix",
  "mends": "fixes",
  "mended": "fixed",
  "mending": "fixing",
  "anew": "again",
  "inside of": "inside",
  "outside of": "outside",
  "at hand": "available, or the thing itself",
  "whoever": "anyone who, or the person's role",
  "be it": "whether, or even",
  "is none": "is absent, or is not a …",
  "derived of": "derived from",
  "called like": "named",
  "for ever": "forever",
};

/** Words may be broken over two lines, with the comment's margin between them. */
const AVOIDED_WORDS = new RegExp(
  String.raw`\b(?:${
    Object.keys(AVOIDED).map((words) =>
      words.replaceAll(" ", String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:\*|//|--)?[ \t]*)`)
    ).join("|")
  })\b`,
  "gi",
);

async function list(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
  const paths = await Promise.all(entries.map(({ name, isDirectory, isFile }) => {
    if (name.startsWith(".") || name === "node_modules") return [];
    if (isDirectory) return list(`${folder}${name}/`);
    return isFile && /\.(?:ts|md|cql)$/.test(name) ? [`${folder}${name}`] : [];
  }));
  return paths.flat().sort();
}

/** Each avoided word in a text, with its line. */
function findAvoided(text: string): string[] {
  return [...text.matchAll(AVOIDED_WORDS)].map(({ 0: words, index }) => {
    const plain = words.replace(/\s+(?:\*|\/\/|--)?\s*/, " ");
    const line = text.slice(0, index).split("\n").length;
    return `${line}: "${plain}": write ${AVOIDED[plain.toLowerCase()]}`;
  });
}

it("code, queries and documentation use none of the avoided words", async () => {
  const paths = (await list("./")).map((path) => path.slice(2))
    .filter((path) => !EXEMPT.includes(path));
  expect(paths.length).toBeGreaterThan(300);
  const found = await Promise.all(
    paths.map(async (path) =>
      findAvoided(await Deno.readTextFile(new URL(path, ROOT))).map((place) => `${path}:${place}`)
    ),
  );
  expect(found.flat()).toEqual([]);
});

it("a tag is read as it is spoken: an @route", async () => {
  const article = /(?<![\w`])a(?: |\n(?: \*)? *)[`"]?@[a-z]/gi;
  const found = (text: string) => [...text.matchAll(article)].map(([words]) => words);
  expect(found("/**\n * A `@public` route, and a\n * `@page` of rows. */")).toHaveLength(2);
  expect(found("Add an @route, or Data @scope; option a `@page`")).toEqual(["a `@p"]);
  const paths = (await list("./")).map((path) => path.slice(2))
    .filter((path) => path !== "tests/prose_test.ts");
  const wrong = await Promise.all(
    paths.map(async (path) =>
      found(await Deno.readTextFile(new URL(path, ROOT))).map((words) => `${path}: ${words}`)
    ),
  );
  expect(wrong.flat()).toEqual([]);
});

it("findAvoided() finds words in any case and over two lines of a comment, and no near misses", () => {
  expect(findAvoided("/**\n * Whoever waits is inside\n * of it.\n */")).toEqual([
    '2: "Whoever": write anyone who, or the person\'s role',
    '2: "inside of": write inside',
  ]);
  expect(findAvoided("recommend amend; inside often; maybe it is nonempty; forever")).toEqual([]);
});
