/**
 * Whatever it is given, the parser answers, at a cost that grows no faster than what it is given. The cost is
 * counted in tokens taken, which no other work on the machine changes.
 *
 * @module
 */
import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { anyStatement, mutatedStatement } from "../../../tests/support/cql/generate_cql.ts";
import { lex, wholeFile } from "../../text/lex.ts";
import { parseStatement } from "./parse_statement.ts";
import { TokenStream } from "./token_stream.ts";

interface Cost {
  readonly tokens: number;
  readonly steps: number;
  readonly kind: string | null;
}

/** What it costs to parse a text; nothing is parsed if there are no tokens. */
function costOf(text: string): Cost {
  const [first, ...rest] = lex(wholeFile({ path: "a.cql", text }), () => {})
    .filter(({ kind }) => kind !== "comment");
  if (first === undefined) return { tokens: 0, steps: 0, kind: null };
  const stream = new TokenStream([first, ...rest]);
  const { kind } = parseStatement([first, ...rest], stream);
  return { tokens: rest.length + 1, steps: stream.steps, kind };
}

/** No statement of moderate depth costs more tokens than this for each of its own. */
const MOST_STEPS = 10;

const RUNS = { seed: 5, numRuns: 500 };

const word = fc.constantFrom(
  ...[
    "SELECT",
    "JSON",
    "DISTINCT",
    "FROM",
    "WHERE",
    "AND",
    "IN",
    "IF",
    "SET",
    "VALUES",
    "INSERT INTO",
  ],
  ...[
    "UPDATE",
    "DELETE",
    "BEGIN",
    "BATCH",
    "APPLY",
    "AS",
    "CAST",
    "TOKEN",
    "a",
    "b.c",
    "frozen",
    "map",
  ],
  ...[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ",",
    ".",
    "..",
    ":",
    "?",
    "=",
    "+=",
    "-",
    "+",
    "*",
    "expr(",
  ],
  ...[
    "'x'",
    "$$y$$",
    '"Z"',
    '""',
    "1",
    "-1",
    "1.5",
    "1h",
    "0xAB",
    "null",
    "true",
    ";",
    "--",
    "/*",
    "'",
  ],
);

describe("parseStatement()", () => {
  const inputs: [what: string, text: fc.Arbitrary<string>][] = [
    ["bytes", fc.string({ unit: "binary", maxLength: 200 })],
    ["characters of CQL", fc.string({ unit: fc.constantFrom(..."aP1e-.:'\"$/*()[]{}<>=+,;? \n") })],
    ["tokens", fc.array(word, { maxLength: 60 }).map((words) => words.join(" "))],
    [
      "tokens behind a verb",
      fc.tuple(
        fc.constantFrom("SELECT", "SELECT JSON", "INSERT INTO t", "UPDATE t SET", "DELETE"),
        fc.array(word, { maxLength: 60 }),
      ).map(([verb, words]) => `${verb} ${words.join(" ")}`),
    ],
    ["statements", anyStatement.map((tokens) => tokens.join(" "))],
    ["broken statements", mutatedStatement.map((tokens) => tokens.join(" "))],
  ];
  for (const [what, text] of inputs) {
    it(`answers any ${what}, at a cost within bounds`, () => {
      fc.assert(
        fc.property(text, (text) => {
          const { tokens, steps } = costOf(text);
          return steps <= MOST_STEPS * tokens;
        }),
        RUNS,
      );
    });
  }

  const repeated: [name: string, text: (count: number) => string][] = [
    ["parentheses", (count) => `SELECT ${"(".repeat(count)}`],
    ["signs", (count) => `SELECT ${"- ".repeat(count)}a FROM t`],
    ["type hints", (count) => `SELECT ${"(a)".repeat(count)} FROM t`],
    ["type hints of lists", (count) => `SELECT ${"(a)[".repeat(count)}`],
    ["type hints of lists that are slices", (count) => `SELECT ${"(a)[1..2]".repeat(count)}`],
    ["type hints that end nowhere", (count) => `SELECT (${"frozen<".repeat(count)}`],
    ["casts", (count) => `SELECT ${"CAST(".repeat(count)}`],
    ["lists", (count) => `SELECT a FROM t WHERE a = ${"[".repeat(count)}`],
    ["maps", (count) => `INSERT INTO t (a) VALUES (${"{'a': ".repeat(count)}`],
    [
      "strings in parentheses",
      (count) => `SELECT a FROM t WHERE a IN (${"('x'), ".repeat(count)})`,
    ],
    [
      "strings in nested parentheses",
      (count) => `INSERT INTO t (a) VALUES ${"('x', ".repeat(count)}`,
    ],
    ["relations in parentheses", (count) => `SELECT a FROM t WHERE ${"(".repeat(count)}a = 1`],
    ["fields", (count) => `SELECT a${".b".repeat(count)} FROM t`],
    ["keywords", (count) => `SELECT ${"JSON DISTINCT ".repeat(count)}`],
    ["selectors behind JSON", (count) => `SELECT JSON DISTINCT a${", a".repeat(count)} + FROM t`],
    ["operands", (count) => `SELECT a${" + a".repeat(count)} FROM t`],
    ["relations", (count) => `SELECT a FROM t WHERE a = 1${" AND a = 1".repeat(count)}`],
    ["assignments", (count) => `UPDATE t SET a = a + 1${", a = a + 1".repeat(count)} WHERE k = 1`],
    ["writes", (count) => `BEGIN BATCH ${"DELETE FROM t WHERE k = 1 ".repeat(count)}APPLY BATCH`],
  ];
  for (const [name, text] of repeated) {
    it(`takes time in proportion to the number of ${name}`, () => {
      const [some, twice] = [costOf(text(2000)), costOf(text(4000))];
      expect(some.steps).toBeGreaterThan(0);
      expect(twice.steps).toBeLessThanOrEqual(2 * some.steps + 10);
      expect(twice.steps).toBeLessThanOrEqual(MOST_STEPS * twice.tokens);
    });
  }

  it("reads what is long but not deep", () => {
    const count = 20_000;
    for (
      const text of [
        `SELECT a${" + a".repeat(count)} FROM t`,
        `SELECT a${", a".repeat(count)} FROM t`,
        `INSERT INTO t (a) VALUES ([1${", 1".repeat(count)}])`,
      ]
    ) {
      expect(costOf(text).kind).not.toBe("opaque");
    }
  });

  it("keeps what it cannot read for the server to judge", () => {
    const deep = `SELECT a FROM t WHERE a = ${"[".repeat(200)}${"]".repeat(200)}`;
    expect(costOf(deep).kind).toBe("opaque");
  });
});

describe("lex()", () => {
  const runs: [name: string, text: (count: number) => string][] = [
    ["quotes", (count) => "'".repeat(count)],
    ["double quotes", (count) => '"'.repeat(count)],
    ["dollars", (count) => "$".repeat(count)],
    ["digits that end in a letter", (count) => `${"1".repeat(count)}e`],
    ["durations that end in a digit", (count) => `${"1h".repeat(count)}1`],
    ["periods that end in a digit", (count) => `P${"1Y".repeat(count)}1`],
    ["hexadecimal digits", (count) => "a".repeat(count)],
    ["stars", (count) => `/${"*".repeat(count)}`],
    ["spaces", (count) => " ".repeat(count)],
    ["dots", (count) => `1${".".repeat(count)}`],
    ["dashes", (count) => "- ".repeat(count)],
  ];
  for (const [name, text] of runs) {
    it(`reads 200,000 ${name}`, () => {
      const started = performance.now();
      lex(wholeFile({ path: "a.cql", text: text(200_000) }), () => {});
      // Quadratic reading would take minutes.
      expect(performance.now() - started).toBeLessThan(30_000);
    });
  }
});
