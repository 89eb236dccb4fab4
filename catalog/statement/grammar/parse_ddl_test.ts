import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { splitStatements } from "../../text/split.ts";
import type { DdlHead, GrantTarget } from "../ddl_head.ts";
import { parseDdl } from "./parse_ddl.ts";
import type { QualifiedName } from "../term.ts";
import { TokenStream } from "./token_stream.ts";

function parse(text: string): DdlHead {
  const { statements } = splitStatements({ path: "0001_test.cql", text }, { report: () => {} });
  expect(statements).toHaveLength(1);
  return parseDdl(statements[0]!);
}

/** A head in words: names as the server knows them. */
function summarize(head: DdlHead): string {
  switch (head.kind) {
    case "create":
      return words(
        "create",
        head.orReplace && "or replace",
        target(head.object),
        head.ifNotExists && "if not exists",
      );
    case "alter": {
      const { alteration } = head;
      const columns = alteration.kind === "other"
        ? ""
        : alteration.kind === "rename"
        ? alteration.columns.map(({ from, to }) => `${from.name}=${to.name}`).join(" ")
        : alteration.columns.map(({ name }) => name).join(" ");
      const change = words(`${alteration.kind}`, columns);
      return words("alter", target(head.object), head.ifExists && "if exists", `: ${change}`);
    }
    case "drop":
      return words("drop", target(head.object), head.ifExists && "if exists");
    case "use":
      return `use ${head.keyspace.name}`;
    case "batch":
      return words("batch", ...head.writes.map(summarize));
    case "grant":
    case "revoke":
      return words(head.kind, head.target === null ? "a role" : target(head.target));
    case "unknown":
      return "unknown";
    default:
      return words(head.kind, dotted(head.table));
  }
}

function target(object: GrantTarget): string {
  switch (object.kind) {
    case "everything":
      return "everything";
    case "keyspace":
    case "role":
      return `${object.kind} ${object.name.name}`;
    case "trigger":
      return `trigger ${object.name.name} on ${dotted(object.table)}`;
    case "index":
    case "view":
      return words(
        object.kind,
        object.name === null ? "(no name)" : dotted(object.name),
        object.table !== null && `on ${dotted(object.table)}`,
      );
    case "function":
    case "aggregate": {
      const types = object.argumentTypes?.map(({ file, start, end }) =>
        file.text.slice(start, end)
      );
      return words(`${object.kind} ${dotted(object.name)}`, types && `(${types.join("; ")})`);
    }
    default:
      return `${object.kind} ${dotted(object.name)}`;
  }
}

function dotted({ keyspace, name }: QualifiedName): string {
  return keyspace === null ? name.name : `${keyspace.name}.${name.name}`;
}

function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== "").join(" ");
}

const HEADS: readonly (readonly [cql: string, head: string])[] = [
  ["CREATE KEYSPACE k WITH replication = {'class': 'x'}", "create keyspace k"],
  ['create keyspace if not exists "Order" with x = 1', "create keyspace Order if not exists"],
  ["CREATE SCHEMA k WITH x = 1", "create keyspace k"],
  ["ALTER KEYSPACE K WITH durable_writes = true", "alter keyspace k : other"],
  ["ALTER KEYSPACE IF EXISTS k WITH x = 1", "alter keyspace k if exists : other"],
  ["DROP KEYSPACE IF EXISTS k", "drop keyspace k if exists"],
  ["CREATE TABLE t (id int PRIMARY KEY)", "create table t"],
  ["CREATE COLUMNFAMILY K.T (id int PRIMARY KEY)", "create table k.t"],
  [
    'CREATE TABLE IF NOT EXISTS "K" . "a ""b""" (id int PRIMARY KEY)',
    'create table K.a "b" if not exists',
  ],
  ["CREATE /* a */ TABLE -- b\n t // c\n (id int PRIMARY KEY)", "create table t"],
  ["CREATE TABLE type (id int PRIMARY KEY)", "create table type"],
  ["CREATE TABLE keys.custom (id int PRIMARY KEY)", "create table keys.custom"],
  ["ALTER TABLE t ADD a int", "alter table t : add a"],
  ["ALTER TABLE t ADD IF NOT EXISTS a int", "alter table t : add a"],
  [
    'ALTER TABLE IF EXISTS k.t ADD (a map<int, text>, "B" int static)',
    "alter table k.t if exists : add a B",
  ],
  ["ALTER TABLE t ADD compact int", "alter table t : add compact"],
  ["ALTER TABLE t DROP a USING TIMESTAMP 1", "alter table t : drop a"],
  ["ALTER TABLE t DROP IF EXISTS (a, b)", "alter table t : drop a b"],
  ["ALTER TABLE t DROP compact", "alter table t : drop compact"],
  ["ALTER TABLE t DROP COMPACT STORAGE", "alter table t : other"],
  ["ALTER TABLE t RENAME a TO b AND c TO d", "alter table t : rename a=b c=d"],
  ["ALTER TABLE t RENAME IF EXISTS a TO b", "alter table t : rename a=b"],
  ["ALTER TABLE t WITH comment = 'ADD x int'", "alter table t : other"],
  ["ALTER TABLE t ALTER a TYPE blob", "alter table t : other"],
  ["ALTER TABLE t ALTER IF EXISTS a MASKED WITH DEFAULT", "alter table t : other"],
  ["DROP TABLE t", "drop table t"],
  ["DROP COLUMNFAMILY IF EXISTS k.t", "drop table k.t if exists"],
  ["TRUNCATE t", "truncate t"],
  ["TRUNCATE TABLE k.t", "truncate k.t"],
  ["TRUNCATE COLUMNFAMILY t", "truncate t"],
  ["CREATE TYPE IF NOT EXISTS k.address (street text)", "create type k.address if not exists"],
  ["ALTER TYPE address ADD zip int", "alter type address : add zip"],
  ["ALTER TYPE address RENAME a TO b AND c TO d", "alter type address : rename a=b c=d"],
  ["ALTER TYPE address ALTER a TYPE text", "alter type address : other"],
  ["DROP TYPE IF EXISTS address", "drop type address if exists"],
  ["CREATE INDEX ON t (a)", "create index (no name) on t"],
  ["CREATE INDEX IF NOT EXISTS i ON k.t (keys(a))", "create index i on k.t if not exists"],
  ["CREATE CUSTOM INDEX i ON t (a) USING 'sai'", "create index i on t"],
  [
    "CREATE CUSTOM INDEX IF NOT EXISTS ON t () USING 'x'",
    "create index (no name) on t if not exists",
  ],
  ["CREATE INDEX custom ON t (a)", "create index custom on t"],
  ["DROP INDEX IF EXISTS k.i", "drop index k.i if exists"],
  [
    "CREATE MATERIALIZED VIEW k.v AS SELECT a, b FROM k.t WHERE a IS NOT NULL PRIMARY KEY (a)",
    "create view k.v on k.t",
  ],
  ["ALTER MATERIALIZED VIEW IF EXISTS v WITH comment = ''", "alter view v if exists : other"],
  ["DROP MATERIALIZED VIEW v", "drop view v"],
  [
    "CREATE OR REPLACE FUNCTION k.f (a int, b map<int, text>) CALLED ON NULL INPUT " +
    "RETURNS int LANGUAGE java AS $$ return a; $$",
    "create or replace function k.f (int; map<int, text>)",
  ],
  [
    "CREATE FUNCTION f () CALLED ON NULL INPUT RETURNS int LANGUAGE java AS ''",
    "create function f ()",
  ],
  ["DROP FUNCTION f", "drop function f"],
  ["DROP FUNCTION IF EXISTS f (int, text)", "drop function f (int; text) if exists"],
  [
    "CREATE AGGREGATE IF NOT EXISTS g (int) SFUNC f STYPE int",
    "create aggregate g (int) if not exists",
  ],
  ["DROP AGGREGATE k.g (int)", "drop aggregate k.g (int)"],
  ["CREATE TRIGGER t ON k.u USING 'x'", "create trigger t on k.u"],
  ["DROP TRIGGER IF EXISTS t ON u", "drop trigger t on u if exists"],
  ["CREATE ROLE IF NOT EXISTS 'it''s' WITH LOGIN = true", "create role it's if not exists"],
  ["CREATE USER Bob WITH PASSWORD 'x'", "create role bob"],
  ["ALTER ROLE $$bob$$ WITH LOGIN = false", "alter role bob : other"],
  ['DROP USER IF EXISTS "Bob"', "drop role Bob if exists"],
  ["USE other", "use other"],
  ['USE "Other"', "use Other"],
  ["INSERT INTO k.t (id) VALUES (1)", "insert k.t"],
  ["INSERT INTO t JSON '{}'", "insert t"],
  ["UPDATE t USING TTL 1 SET a = 1 WHERE id = 1", "update t"],
  ["DELETE a['FROM x'], b FROM k.t WHERE id = 1", "delete k.t"],
  ["SELECT a FROM k.t", "select k.t"],
  ["BEGIN BATCH APPLY BATCH", "batch"],
  [
    "BEGIN UNLOGGED BATCH USING TIMESTAMP 1 INSERT INTO a (id) VALUES (1); " +
    "UPDATE b SET c = 1 WHERE id = 1 DELETE FROM k.c WHERE id = 1; APPLY BATCH",
    "batch insert a update b delete k.c",
  ],
  ["GRANT SELECT ON t TO bob", "grant table t"],
  ["GRANT SELECT PERMISSION, MODIFY ON TABLE k.t TO bob", "grant table k.t"],
  ["GRANT ALL PERMISSIONS ON KEYSPACE k TO bob", "grant keyspace k"],
  ["GRANT SELECT ON ALL KEYSPACES TO bob", "grant everything"],
  ["GRANT SELECT ON ALL TABLES IN KEYSPACE k TO bob", "grant keyspace k"],
  ["GRANT EXECUTE ON ALL FUNCTIONS IN KEYSPACE k TO bob", "grant keyspace k"],
  ["GRANT EXECUTE ON FUNCTION k.f(int) TO bob", "grant function k.f (int)"],
  ["GRANT DESCRIBE ON ALL ROLES TO bob", "grant everything"],
  ["GRANT AUTHORIZE ON ROLE alice TO bob", "grant role alice"],
  ["GRANT SELECT ON MBEAN 'a:b=c' TO bob", "grant everything"],
  // Tables whose names, or whose keyspaces' names, are keywords that are not reserved.
  ["GRANT SELECT ON role TO bob", "grant table role"],
  ["GRANT SELECT ON role.all TO bob", "grant table role.all"],
  ["GRANT SELECT ON function.mbeans TO bob", "grant table function.mbeans"],
  ["GRANT SELECT ON all TO bob", "grant table all"],
  ["REVOKE MODIFY ON k.t FROM bob", "revoke table k.t"],
  ["GRANT admin TO bob", "grant a role"],
  ["REVOKE admin FROM bob", "revoke a role"],
];

const UNKNOWN: readonly string[] = [
  "COPY t FROM 'file'",
  "LIST ROLES",
  "ADD IDENTITY 'a' TO ROLE 'b'",
  "CREATE",
  "CREATE TABLE",
  "CREATE TABLE 'name' (id int PRIMARY KEY)",
  "CREATE TABLE select (id int PRIMARY KEY)",
  "CREATE TABLE k. (id int PRIMARY KEY)",
  'CREATE TABLE "" (id int PRIMARY KEY)',
  "CREATE IF NOT EXISTS TABLE t (id int PRIMARY KEY)",
  "CREATE CUSTOM TABLE t (id int PRIMARY KEY)",
  "CREATE OR REPLACE TABLE t (id int PRIMARY KEY)",
  "CREATE INDEX k.i ON t (a)",
  "CREATE INDEX i (a)",
  "CREATE MATERIALIZED v AS SELECT a FROM t",
  "CREATE MATERIALIZED VIEW v AS SELECT a",
  "CREATE TRIGGER t USING 'x'",
  "CREATE SNAPSHOT s",
  "ALTER TABLE t",
  "ALTER TABLE t ADD",
  "ALTER TABLE t ADD (a int",
  "ALTER TABLE t RENAME a",
  "ALTER TABLE t SPLIT a",
  "ALTER INDEX i WITH x = 1",
  "DROP t",
  "USE",
  "USE 'other'",
  "USE select",
  "INSERT t (id) VALUES (1)",
  "DELETE a",
  "SELECT 1",
  "BEGIN INSERT INTO t (id) VALUES (1)",
  "BEGIN BATCH INSERT t (id) VALUES (1) APPLY BATCH",
  "GRANT SELECT ON KEYSPACE TO bob",
  "GRANT SELECT ON 't' TO bob",
];

describe("parseDdl()", () => {
  for (const [cql, head] of HEADS) {
    it(`reads ${JSON.stringify(cql)}`, () => expect(summarize(parse(cql))).toBe(head));
  }

  for (const cql of UNKNOWN) {
    it(`does not guess at ${JSON.stringify(cql)}`, () => {
      expect(summarize(parse(cql))).toBe("unknown");
    });
  }

  it("gives each name its place, with the keyspace and without", () => {
    const text = '-- Notes.\nDROP TABLE "K" . notes;';
    const head = parse(text);
    if (head.kind !== "drop" || head.object.kind !== "table") throw new Error(head.kind);
    const { span, name, keyspace } = head.object.name;
    const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect([span, name.span, keyspace!.span, head.span].map(slice))
      .toEqual(['"K" . notes', "notes", '"K"', 'DROP TABLE "K" . notes']);
  });

  it("never throws, whatever the tokens", () => {
    const pieces = HEADS.flatMap(([cql]) => cql.split(/\b|(?=[(),.;'"])/));
    const texts = fc.array(fc.constantFrom(...pieces, "(", ")", ".", ";", "$$"), { maxLength: 20 });
    fc.assert(fc.property(texts, (parts) => {
      const file = { path: "0001_test.cql", text: parts.join(" ") };
      for (const statement of splitStatements(file, { report: () => {} }).statements) {
        parseDdl(statement);
      }
    }));
  });

  it("takes no more steps than there are tokens", () => {
    for (const end of ["APPLY BATCH", ""]) {
      const text = `BEGIN BATCH ${"INSERT INTO t (id) VALUES ((1)) ".repeat(20_000)} ${end}`;
      const { statements } = splitStatements({ path: "x.cql", text }, { report: () => {} });
      const { tokens } = statements[0]!;
      const stream = new TokenStream(tokens);
      parseDdl(statements[0]!, stream);
      expect(stream.steps).toBeGreaterThan(20_000);
      expect(stream.steps).toBeLessThanOrEqual(tokens.length);
    }
  });
});
