import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { Buffer } from "node:buffer";
import { parseCatalog } from "../../catalog/catalog.ts";
import {
  openSchemaSessions,
  type SchemaSessions,
} from "../../tests/support/cassandra/schema_session.ts";
import { routingKeyOf } from "../driver/statements/statement.ts";
import type { Session } from "../driver/session.ts";
import type { PreparedQuery } from "./prepared_query.ts";
import { prepareQueries } from "./prepare_queries.ts";

/** Types of keys, and constants of each as a statement may write them. */
const CONSTANTS: Readonly<Record<string, readonly string[]>> = {
  ascii: ["'order'", "$$it's$$", "(ascii) 'order'"],
  text: ["'order'", "'it''s'", "'Größe 𝄞'", "(text) 'x'", "(ascii) 'x'", "(text) (ascii) 'x'"],
  boolean: ["true", "FALSE"],
  tinyint: ["5", "-128"],
  smallint: ["-5", "32767"],
  int: ["5", "-5", "(int) 5"],
  bigint: ["5", "-9223372036854775808", "9007199254740993"],
  varint: ["0", "-129", "123456789012345678901234567890", "(int) 5", "(varint) (int) 5"],
  decimal: ["1", "1.50", "-0.001", "1e10"],
  float: ["1", "-1.5", "NaN", "-0.0", "Infinity"],
  double: ["1", "-1.5e10", "-NaN", "-Infinity"],
  blob: ["0xCAFE", "0xcafe"],
  uuid: ["F47AC10B-58CC-4372-A567-0E02B2C3D479", "f47ac10b-58cc-4372-a567-0e02b2c3d479"],
  timeuuid: ["50554D6E-29BB-11E5-B345-FEFF819CDC9F"],
  inet: ["'127.0.0.1'", "'2001:DB8::1'"],
  date: ["'2026-02-28'", "2147483648"],
  time: ["'08:12:54.123'", "1000"],
  timestamp: ["'2026-02-28'", "'2026-02-28 10:00:00+0200'", "1772236800000", "'1772236800000'"],
  "frozen<list<int>>": ["[1, -2]", "[]", "(frozen<list<int>>) [1]"],
  "frozen<set<text>>": ["{'b', 'a'}", "{}"],
  "frozen<map<text, int>>": ["{'b': 1, 'a': 2}"],
  "frozen<tuple<int, text>>": ["(1, 'a')"],
  "vector<float, 2>": ["[1, 2.5]"],
};

const TABLES = Object.keys(CONSTANTS).map((type, index) =>
  `CREATE TABLE t${index} (k ${type} PRIMARY KEY, v int);`
).join("\n");

const SCHEMA = `${TABLES}
CREATE TYPE place (x int, y int);
CREATE TABLE of_place (k frozen<place> PRIMARY KEY, v int);
CREATE TABLE orders (tenant text, kind text, id int, at int, v int, PRIMARY KEY ((tenant, kind, id), at));
CREATE TABLE copies (tenant text, kind text, id int, v int, PRIMARY KEY ((tenant, kind, id)));
CREATE TABLE names (tenant text PRIMARY KEY, v int);`;

let sessions: SchemaSessions;
before(async () => {
  sessions = await openSchemaSessions();
});
after(() => sessions?.[Symbol.asyncDispose]());

async function prepareAll(
  session: Session,
  statements: readonly string[],
): Promise<readonly PreparedQuery[]> {
  const text = statements.map((statement, index) => {
    const mode = statement.startsWith("SELECT") ? "many" : "exec";
    return `-- name: q${index} :${mode}\n${statement};`;
  }).join("\n\n");
  const { queries, diagnostics } = parseCatalog([{ path: "own.cql", text }]);
  expect(diagnostics).toEqual([]);
  return await prepareQueries(session, queries);
}

/** The token that the service computes for a partition. */
function tokenFor(session: Session, { statement }: PreparedQuery, values: Buffer[]): string | null {
  const key = routingKeyOf(statement, values);
  return key === undefined ? null : `${session.topology()!.tokenOf(key)}`;
}

const INT_5 = Buffer.from([0, 0, 0, 5]);
const ACME = Buffer.from("acme");

const STATEMENTS: readonly (readonly [what: string, cql: string, values: Buffer[], key: string])[] =
  [
    [
      "a constant between markers",
      "SELECT v FROM orders WHERE tenant = :tenant AND kind = 'order' AND id = :id",
      [ACME, INT_5],
      "'acme', 'order', 5",
    ],
    [
      "markers in another order than the key, behind a value",
      "UPDATE orders SET v = :v WHERE id = :id AND kind IN ('order') AND at = 1 AND tenant = :tenant",
      [INT_5, INT_5, ACME],
      "'acme', 'order', 5",
    ],
    [
      "constants alone",
      "DELETE FROM orders WHERE tenant = 'acme' AND kind = 'order' AND id = 5",
      [],
      "'acme', 'order', 5",
    ],
    [
      "an INSERT",
      "INSERT INTO orders (at, id, kind, tenant, v) VALUES (:at, -5, 'order', :tenant, 1)",
      [INT_5, ACME],
      "'acme', 'order', -5",
    ],
    [
      "a marker with a type",
      "SELECT v FROM orders WHERE tenant = (text) :tenant AND kind = 'order' AND id = 5",
      [ACME],
      "'acme', 'order', 5",
    ],
    [
      "a batch in one partition, over two tables",
      `BEGIN UNLOGGED BATCH
  UPDATE orders SET v = 1 WHERE tenant = :tenant AND kind = 'order' AND id = 5 AND at = 1;
  INSERT INTO orders (tenant, kind, id, at, v) VALUES (:tenant, 'order', 5, 2, 1);
APPLY BATCH`,
      [ACME, ACME],
      "'acme', 'order', 5",
    ],
    [
      "a logged batch with the same key in two tables",
      `BEGIN BATCH
  UPDATE orders SET v = 1 WHERE tenant = :tenant AND kind = 'order' AND id = 5 AND at = 1;
  UPDATE copies SET v = 1 WHERE tenant = :tenant AND kind = 'order' AND id = 5;
APPLY BATCH`,
      [ACME, ACME],
      "'acme', 'order', 5",
    ],
  ];

/** Statements of which nobody knows the one partition before they run. */
const UNKNOWN: readonly (readonly [what: string, cql: string])[] = [
  ["several values of a list", "SELECT v FROM names WHERE tenant IN (:tenant, 'b')"],
  ["several markers of a list", "SELECT v FROM names WHERE tenant IN (:a, :b)"],
  ["a bound list", "SELECT v FROM names WHERE tenant IN :tenants"],
  ["a function", "SELECT v FROM names WHERE tenant = blob_as_text(0x61)"],
  ["a part of the key", "SELECT v FROM orders WHERE tenant = 'a' AND kind = :kind ALLOW FILTERING"],
  ["JSON", `INSERT INTO names JSON '{"tenant": "a", "v": 1}'`],
  ["a value of a type of the project", "SELECT v FROM of_place WHERE k = {x: 1, y: 2}"],
  [
    "two partitions",
    `BEGIN BATCH
  UPDATE names SET v = 1 WHERE tenant = :a;
  UPDATE names SET v = 1 WHERE tenant = :b;
APPLY BATCH`,
  ],
  [
    "two partitions of constants",
    `BEGIN BATCH
  UPDATE names SET v = 1 WHERE tenant = 'a';
  UPDATE names SET v = 1 WHERE tenant = 'b';
APPLY BATCH`,
  ],
];

describe("prepareRouting()", () => {
  it("computes the tokens that Cassandra does, from constants of every type and from markers", async () => {
    await sessions.withSchema(SCHEMA, async (session) => {
      const cases = Object.values(CONSTANTS).flatMap((constants, index) =>
        constants.map((constant) => ({ table: `t${index}`, constant }))
      );
      const selects = cases.map(({ table, constant }) =>
        `SELECT v FROM ${table} WHERE k = ${constant}`
      );
      const prepared = await prepareAll(session, [...selects, ...STATEMENTS.map(([, cql]) => cql)]);
      const computed = prepared.map((each, index) =>
        tokenFor(session, each, STATEMENTS[index - cases.length]?.[2] ?? [])
      );
      const told: unknown[] = [];
      for (const { table, constant } of cases) {
        await session.query(`INSERT INTO ${table} (k, v) VALUES (${constant}, 1)`, []);
        const [row] = await session.query(
          `SELECT token(k) AS t FROM ${table} WHERE k = ${constant}`,
          [],
        );
        told.push([constant, `${row!.t}`]);
      }
      for (const [what, , , key] of STATEMENTS) {
        await session.query(`INSERT INTO copies (tenant, kind, id) VALUES (${key})`, []);
        const [row] = await session.query(
          `SELECT token(tenant, kind, id) AS t FROM copies WHERE token(tenant, kind, id) = token(${key})`,
          [],
        );
        told.push([what, `${row!.t}`]);
      }
      const names = [...cases.map(({ constant }) => constant), ...STATEMENTS.map(([what]) => what)];
      expect(computed.map((token, index) => [names[index], token])).toEqual(told);
    });
  });

  it("reads constants as the values of rows are written", async () => {
    await sessions.withSchema(SCHEMA, async (session) => {
      const constants = [
        ["blob", "0xCAFE"],
        ["smallint", "-5"],
        ["bigint", "(bigint) 5"],
        ["timestamp", "'2026-02-28 10:00:00+0200'"],
      ] as const;
      const types = Object.keys(CONSTANTS);
      const selects = constants.map(([type, constant]) =>
        `SELECT v FROM t${types.indexOf(type)} WHERE k = ${constant}`
      );
      const prepared = await prepareAll(session, selects);
      expect(prepared.map(({ partitions: [partition] }) => partition!.key[0]!.sources)).toEqual([
        [{ literal: "yv4=" }],
        [{ literal: -5 }],
        [{ literal: "5" }],
        [{ literal: "2026-02-28T08:00:00.000Z" }],
      ]);
    });
  });

  it("knows no token where there are several partitions, or only Cassandra knows the key", async () => {
    await sessions.withSchema(SCHEMA, async (session) => {
      const prepared = await prepareAll(session, UNKNOWN.map(([, cql]) => cql));
      expect(prepared.map(({ statement }, index) => [UNKNOWN[index]![0], statement.routing]))
        .toEqual(UNKNOWN.map(([what]) => [what, []]));
    });
  });
});
