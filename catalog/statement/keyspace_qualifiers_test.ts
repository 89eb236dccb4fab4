import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { splitStatements } from "../text/split.ts";
import { withoutKeyspace } from "./keyspace_qualifiers.ts";
import { parseDdl } from "./grammar/parse_ddl.ts";

function strip(text: string, { keyspace = "own", ofQuery = false } = {}): string {
  const file = { path: "own.cql", text };
  const [statement] = splitStatements(file, { report: () => {} }).statements;
  const head = ofQuery ? null : parseDdl(statement!);
  return withoutKeyspace(statement!.span, { keyspace, head });
}

const DEFINITIONS = [
  "CREATE TABLE IF NOT EXISTS own.t (id int PRIMARY KEY, a frozen<own.b>, c map<int, own.d>)",
  "CREATE INDEX i ON own.t (a)",
  "CREATE FUNCTION own.f (a own.b) CALLED ON NULL INPUT RETURNS own.b LANGUAGE java AS 'own.c'",
  "CREATE MATERIALIZED VIEW own.v AS SELECT own.field FROM own.t WHERE own.f(1) = 1 PRIMARY KEY (a)",
  "ALTER MATERIALIZED VIEW IF EXISTS own.v WITH comment = 'own.t'",
  "DROP INDEX own.i",
  "TRUNCATE TABLE own.t",
  "TRUNCATE own.t",
  "INSERT INTO own.t (id) VALUES (own.f(1))",
  "INSERT INTO own.t (id, a) VALUES (1, (own.b) {c: 1})",
  "BEGIN BATCH UPDATE own.t SET own.field = 1 WHERE id = 1; DELETE own.field FROM own.t WHERE id = 1; APPLY BATCH",
];

const QUERIES = [
  "SELECT own.field, own.f(a), b.own FROM own.t WHERE id = 1",
  "UPDATE own.t SET a = own.f(:a) WHERE id = 1 IF EXISTS",
  "UPDATE own.t SET a = (own.b) :a, c = (own.b) ? WHERE id = 1",
  "SELECT a FROM own.t WHERE id = 1 AND b = (own.b) (1, 2)",
  "SELECT a FROM own.t WHERE id = 1 AND b = (map<text, frozen<own.b>>) {} AND c = (map<own.b, own.c>) {}",
  "SELECT (own.field), own.field, (own.field) + own.f(1) FROM own.t WHERE id = 1",
];

/** What stays of the keyspace's name: fields, strings, and what has another name before it. */
const KEPT = /own\.field|'own\.\w'|b\.own/g;

describe("withoutKeyspace()", () => {
  for (const [ofQuery, texts] of [[false, DEFINITIONS], [true, QUERIES]] as const) {
    for (const text of texts) {
      it(`leaves everything else in its place in "${text}"`, () => {
        const stripped = strip(text, { ofQuery });
        const expected = text.replace(/own\.(?=\w)/g, "    ");
        expect(stripped).toHaveLength(text.length);
        expect(stripped.replace(KEPT, (kept) => kept.replace(/own\./, "    "))).toBe(expected);
        expect(stripped.match(KEPT)).toEqual(text.match(KEPT));
      });
    }
  }

  const NAMES = [
    ["own", 'DROP TABLE "own" . "t"', 'DROP TABLE         "t"'],
    ["own", "DROP TABLE Own.t", "DROP TABLE     t"],
    ["own", "DROP TABLE own\n.t", "DROP TABLE    \n t"],
    ["own", "DROP TABLE owner.t", "DROP TABLE owner.t"],
    ["own", "DROP TABLE own", "DROP TABLE own"],
    ["Own", "DROP TABLE Own.t", "DROP TABLE Own.t"],
    ["Own", 'DROP TABLE "Own".t', "DROP TABLE       t"],
  ] as const;
  for (const [keyspace, text, stripped] of NAMES) {
    it(`makes ${JSON.stringify(stripped)} of ${JSON.stringify(text)} for "${keyspace}"`, () => {
      expect(strip(text, { keyspace })).toBe(stripped);
    });
  }
});
