/**
 * Words that this project does not use, in code, queries and documentation. The rule is the section
 * "English" of `CONTRIBUTING.md`.
 *
 * @module
 */
import { expect } from "@std/expect";
import { it } from "@std/testing/bdd";
import { production } from "./rules/modules.ts";

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

/** Words in an order that a native reader reads twice, with a name for it, and how to write it instead. */
const PATTERNS: readonly (readonly [name: string, order: RegExp])[] = [
  [
    "A subject for those who do something: Callers who wait share it",
    /\bWho (?:[a-z]+ ){1,7}(?:gets|finds|shares|is|has|sees|needs|may|can|does|waits)\b|[;:]\s(?:\* )?who (?:[a-z]+ ){1,6}(?:finds|gets|does|ends|shares|sees|needs)\b|\b(?:from|over|whether|refuses) who (?:[a-z]+s|may|has) |\bfor who (?:asks|calls|reads|takes|waits|writes)\b/g,
  ],
  [
    "This many, or how many: How many requests share a connection",
    /(?:\/\*\*|\/\/) So (?:many|few|long|much|often) (?!(?:that|as)\b|they\b)(?![^\n]*\bthat\b)|\b(?:of|for|Whether|most|when|hold) so (?:many|few|long)\b(?! (?:that|as)\b)/g,
  ],
  [
    "The subject first: Cassandra's message about a value",
    /(?:\/\*\*|\/\/|[.:]) Of (?:a|an|nothing|what) ?[^.,:;*/]*,\s(?:it|they|this|these|the (?:driver|runtime|type|service)|Cassandra)\b/g,
  ],
  ["Even if, or too", /(?<=[;,] )also (?:if|where|when)\b/g],
];

async function list(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
  const paths = await Promise.all(entries.map(({ name, isDirectory, isFile }) => {
    if (name.startsWith(".") || name === "node_modules") return [];
    if (isDirectory) return list(`${folder}${name}/`);
    return isFile && /\.(?:ts|md|cql)$/.test(name) ? [`${folder}${name}`] : [];
  }));
  return paths.flat().sort();
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Each pattern in a text, with its line. */
function findPatterns(text: string): string[] {
  return PATTERNS.flatMap(([name, order]) =>
    [...text.matchAll(order)].map(({ 0: words, index }) =>
      `${lineAt(text, index)}: "${words}": ${name}`
    )
  );
}

/** Each avoided word in a text, with its line. */
function findAvoided(text: string): string[] {
  return [...text.matchAll(AVOIDED_WORDS)].map(({ 0: words, index }) => {
    const plain = words.replace(/\s+(?:\*|\/\/|--)?\s*/, " ");
    return `${lineAt(text, index)}: "${plain}": write ${AVOIDED[plain.toLowerCase()]}`;
  });
}

it("code, queries and documentation use none of the avoided words, in no order that is read twice", async () => {
  const findIn = (text: string) => [...findAvoided(text), ...findPatterns(text)];
  const paths = (await list("./")).map((path) => path.slice(2))
    .filter((path) => !EXEMPT.includes(path));
  expect(paths.length).toBeGreaterThan(300);
  const found = await Promise.all(
    paths.map(async (path) =>
      findIn(await Deno.readTextFile(new URL(path, ROOT))).map((place) => `${path}:${place}`)
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

it("findPatterns() finds sentences in an order of other languages, and no near misses", () => {
  const wrong = [
    "/** Who takes no gzip gets it plain. */",
    "/** Ends it; who asks again does not wait. */",
    "/** It passes over who has it already. */",
    "it is written once more for who asks again",
    "/** So many requests share a connection. */",
    "/** Whether so many bytes are handed over. */",
    "// Of a value that was refused, Cassandra repeats the words.",
    "// It is read, also if it is too long.",
  ];
  const right = [
    "/** Who shares what a rate allows. */",
    "/** Who has it, as far as a read can tell. */",
    "/** What it counts: who is refused and who is not. */",
    "/** So long that whatever comes promptly did not wait for it. */",
    "/** Of two with the same hash, the later is kept. */",
    "/** Of a write that is attempted again: the same each time. */",
    "It is also if it is a name; and also the last.",
  ];
  for (const text of wrong) expect([text, findPatterns(text).length]).toEqual([text, 1]);
  for (const text of right) expect([text, findPatterns(text).length]).toEqual([text, 0]);
});

it("the code calls itself the service", () => {
  const wrong = production.flatMap(({ path, text }) =>
    text.split("\n").filter((line) => /\bgateways?\b/i.test(line)).map((line) => `${path}: ${line}`)
  );
  expect(wrong).toEqual([]);
});

it("the pages for users call the software cqlgate, and a running copy a replica", async () => {
  const pages = (await list("docs/")).filter((path) =>
    path.endsWith(".md") && !path.startsWith("docs/decisions/")
  );
  expect(pages.length).toBeGreaterThan(10);
  const found = await Promise.all(
    [...pages, "ARCHITECTURE.md", "CONTRIBUTING.md"].map(async (path) => {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      // The benchmarks have a contender of this name.
      return [...text.matchAll(/^.*\bgateways?\b.*$/gm)].map(([line]) => line)
        .filter((line) => !/`gateway`|--only gateway/.test(line)).map((line) => `${path}: ${line}`);
    }),
  );
  expect(found.flat()).toEqual([]);
});
