import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Query } from "../../../catalog/query.ts";
import { tablesOf } from "../../../catalog/statement/names_of.ts";
import { isConditional } from "../../../catalog/statement/statement.ts";
import { parseCql } from "../../../tests/support/cql/parse_cql.ts";
import type { Table } from "../../schema/table.ts";
import type { StatementContext } from "../statement_context.ts";
import { checkSinglePartition } from "./single_partition.ts";

function tableOf(...partitionKey: string[]): Table {
  return {
    types: new Map(),
    partitionKey,
    clusteringKey: [{ name: "c", order: "ASC" }],
    keys: new Set([...partitionKey, "c"]),
    statics: new Set(),
    similarities: new Map(),
    indexedEntries: new Set(),
    viewKeys: new Set(),
    viewPartitionKeys: [],
  };
}

const TABLES: Readonly<Record<string, Table>> = {
  t: tableOf("a", "b"),
  u: tableOf("a", "b"),
  counters: tableOf("k"),
};

/** What is reported of a batch, with the place that is underlined. */
function check(cql: string): string[] {
  const parsed = parseCql(cql);
  const tables = tablesOf(parsed).map(({ name }) => TABLES[name.name] ?? null);
  const found: string[] = [];
  const query = { parsed, conditional: isConditional(parsed) } as Query;
  checkSinglePartition(query, {
    tables,
    report: ({ message, span }) => found.push(`${cql.slice(span.start, span.end)}: ${message}`),
  } as Partial<StatementContext> as StatementContext);
  return found;
}

const insert = (a: string, b: string, table = "t") =>
  `INSERT INTO ${table} (a, b, c) VALUES (${a}, ${b}, :c);`;
const update = (where: string, end = "") => `UPDATE t SET v = :v WHERE ${where} AND c = 1${end};`;
const batch = (type: string, ...writes: string[]) =>
  `BEGIN ${type} ${writes.join(" ")} APPLY BATCH`;

describe("checkSinglePartition()", () => {
  const served: [what: string, cql: string][] = [
    [
      "a logged batch over several partitions",
      batch("BATCH", insert(":a", ":b"), insert("1", "2")),
    ],
    ["the same markers", batch("UNLOGGED BATCH", insert(":a", ":b"), update("b = :b AND a = :a"))],
    [
      "the same constants",
      batch("UNLOGGED BATCH", insert("1", "'x'"), update("a = 1 AND b = 'x'")),
    ],
    [
      "the same constants, spelt in several ways",
      batch(
        "UNLOGGED BATCH",
        insert("0xAB", "'it''s'"),
        update("a = 0xab AND b = $$it's$$"),
        update("a = 0XAb AND b = (text) 'it''s'"),
      ),
    ],
    [
      "the same UUID",
      batch(
        "UNLOGGED BATCH",
        insert(":a", "ABCDEFAB-1234-1234-1234-123456789abc"),
        update("a = :a AND b = abcdefab-1234-1234-1234-123456789ABC"),
      ),
    ],
    [
      "the same function of the same marker",
      batch("UNLOGGED BATCH", insert(":a", "to_date(:b)"), update("a = :a AND b = to_date( :b )")),
    ],
    ["a list of one", batch("UNLOGGED BATCH", insert(":a", ":b"), update("a IN (:a) AND b = :b"))],
    [
      "counters of one row",
      batch(
        "COUNTER BATCH",
        "UPDATE counters SET n = n + 1 WHERE k = 5;",
        "UPDATE counters SET m = m - 1 WHERE k = 5;",
      ),
    ],
    ["a single write", batch("UNLOGGED BATCH", insert(":a", ":b"))],
    [
      "a condition on what is not known to be elsewhere",
      batch("BATCH", insert(":a", "f(:b)"), update("a = :a AND b = :b", " IF EXISTS")),
    ],
  ];
  for (const [what, cql] of served) {
    it(`serves ${what}`, () => expect(check(cql)).toEqual([]));
  }

  const refused: [what: string, cql: string, report: RegExp][] = [
    [
      "other markers",
      batch("UNLOGGED BATCH", insert(":a", ":b"), insert(":b", ":a")),
      /^UNLOGGED: /,
    ],
    ["other constants", batch("UNLOGGED BATCH", insert("1", "2"), insert("1", "3")), /^UNLOGGED: /],
    [
      "a string and a number",
      batch("UNLOGGED BATCH", insert("1", "2"), insert("1", "'2'")),
      /UNLOGGED/,
    ],
    [
      "a marker and a constant",
      batch("UNLOGGED BATCH", insert(":a", "2"), insert(":a", ":b")),
      /UNLOGGED/,
    ],
    ["other tables", batch("UNLOGGED BATCH", insert("1", "2"), insert("1", "2", "u")), /UNLOGGED/],
    ["an unknown table", batch("UNLOGGED BATCH", insert("1", "2", "w")), /UNLOGGED/],
    [
      "a part of the key",
      batch("UNLOGGED BATCH", insert("1", "2"), "DELETE FROM t WHERE a = 1;"),
      /UNLOGGED/,
    ],
    [
      "a list of two",
      batch("UNLOGGED BATCH", insert("1", "2"), update("a = 1 AND b IN (2, 3)")),
      /UNLOGGED/,
    ],
    [
      "what is made up each time",
      batch("UNLOGGED BATCH", insert("1", "now()"), insert("1", "now()")),
      /UNLOGGED/,
    ],
    [
      "counters of two rows",
      batch(
        "COUNTER BATCH",
        "UPDATE counters SET n = n + 1 WHERE k = 5;",
        "UPDATE counters SET n = n + 1 WHERE k = 6;",
      ),
      /^COUNTER: Cannot serve this COUNTER batch/,
    ],
    [
      "conditions on two partitions",
      batch("BATCH", insert("1", "2"), update("a = 1 AND b = 3", " IF EXISTS")),
      /^BEGIN: Cannot serve this conditional batch/,
    ],
    ["a JSON insert", batch("UNLOGGED BATCH", "INSERT INTO t JSON :row;"), /UNLOGGED/],
    [
      "what cannot be read",
      batch("UNLOGGED BATCH", update("a = 1 AND b BETWEEN 1 AND 2")),
      /Cannot serve this UNLOGGED batch/,
    ],
  ];
  for (const [what, cql, report] of refused) {
    it(`refuses ${what}`, () => expect(check(cql)).toEqual([expect.stringMatching(report)]));
  }

  it("leaves a logged batch that cannot be read to Cassandra", () => {
    expect(check(batch("BATCH", update("a = 1 AND b BETWEEN 1 AND 2")))).toEqual([]);
  });
});
