/**
 * What `parseDdl()` reads against what Cassandra does: each statement is run, and the schema tables say
 * what it has created, altered or dropped. Then the same statements, spelt otherwise and broken: where
 * one still changes the schema, the head says so too, or says that it does not know.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import type { DdlHead, SchemaObject } from "../../catalog/statement/ddl_head.ts";
import { parseDdl } from "../../catalog/statement/grammar/parse_ddl.ts";
import type { QualifiedName } from "../../catalog/statement/term.ts";
import { splitStatements } from "../../catalog/text/split.ts";
import { lex, wholeFile } from "../../catalog/text/lex.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";

const KEYSPACE = "ddl";

/** In this order each is valid, and each does something. */
const STATEMENTS = [
  "CREATE KEYSPACE \"Order\" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
  'ALTER KEYSPACE "Order" WITH durable_writes = false',
  "CREATE TABLE notes (id int, at int, body text, PRIMARY KEY (id, at))",
  'CREATE COLUMNFAMILY "Order"."by" (id int PRIMARY KEY, body text)',
  "CREATE TABLE IF NOT EXISTS role (id int PRIMARY KEY, key int, keys set<int>)",
  "ALTER TABLE notes ADD author text",
  'ALTER TABLE notes ADD (filtering map<int, frozen<list<text>>>, "At" int)',
  "ALTER TABLE IF EXISTS notes ADD IF NOT EXISTS compact int",
  "ALTER TABLE notes DROP compact",
  'ALTER TABLE notes DROP IF EXISTS (filtering, "At") USING TIMESTAMP 1',
  "ALTER TABLE notes RENAME id TO note AND at TO written",
  "CREATE TYPE address (street text, zip int)",
  "ALTER TYPE address ADD city text",
  "ALTER TYPE address RENAME zip TO code AND city TO town",
  "CREATE INDEX ON role (key)",
  "CREATE INDEX IF NOT EXISTS custom ON notes (body)",
  "CREATE CUSTOM INDEX \"ByKeys\" ON role (values(keys)) USING 'StorageAttachedIndex'",
  "CREATE MATERIALIZED VIEW by_author AS SELECT * FROM notes WHERE author IS NOT NULL AND note IS NOT NULL AND written IS NOT NULL PRIMARY KEY (author, note, written)",
  "CREATE FUNCTION latest (state int, value int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return value;'",
  "CREATE OR REPLACE FUNCTION ddl.latest (state text, value text) CALLED ON NULL INPUT RETURNS text LANGUAGE java AS $$ return value; /* ; */ $$",
  "CREATE AGGREGATE last_of (int) SFUNC latest STYPE int",
  "CREATE ROLE clerk WITH LOGIN = true",
  "CREATE USER 'Bob Smith' WITH PASSWORD 'x'",
  "DROP AGGREGATE IF EXISTS last_of (int)",
  "DROP FUNCTION latest (int, int)",
  "DROP FUNCTION ddl.latest",
  "DROP MATERIALIZED VIEW IF EXISTS by_author",
  'DROP INDEX "ByKeys"',
  "DROP INDEX IF EXISTS ddl.custom",
  "DROP TYPE address",
  'DROP TABLE "Order"."by"',
  "DROP COLUMNFAMILY IF EXISTS role",
  "DROP TABLE notes",
  "DROP ROLE clerk",
  "DROP USER 'Bob Smith'",
  'DROP KEYSPACE "Order"',
];

/** What the server reads and does not refuse as a syntax error; none of it is in the schema tables. */
const OTHERS: readonly (readonly [cql: string, kind: DdlHead["kind"]])[] = [
  ["CREATE TRIGGER t ON ddl.nothing USING 'x'", "create"],
  ["DROP TRIGGER IF EXISTS t ON ddl.nothing", "drop"],
  ["ALTER MATERIALIZED VIEW IF EXISTS ddl.nothing WITH comment = ''", "alter"],
  ["ALTER TABLE IF EXISTS nothing ALTER a MASKED WITH DEFAULT", "alter"],
  ["ALTER ROLE IF EXISTS nobody WITH LOGIN = false", "alter"],
  ["ALTER USER IF EXISTS nobody NOSUPERUSER", "alter"],
  ["TRUNCATE TABLE ddl.nothing", "truncate"],
  ["TRUNCATE COLUMNFAMILY nothing", "truncate"],
  ["INSERT INTO nothing JSON '{}'", "insert"],
  ["UPDATE nothing SET a = a + 1 WHERE b = 1", "update"],
  ["DELETE a['FROM b'] FROM nothing WHERE b = 1", "delete"],
  ["SELECT a FROM nothing", "select"],
  ["BEGIN COUNTER BATCH UPDATE nothing SET a = a + 1 WHERE b = 1 APPLY BATCH", "batch"],
  ["GRANT SELECT PERMISSION, MODIFY ON ALL KEYSPACES TO nobody", "grant"],
  ["GRANT SELECT ON ALL TABLES IN KEYSPACE ddl TO nobody", "grant"],
  ["GRANT EXECUTE ON ALL FUNCTIONS IN KEYSPACE ddl TO nobody", "grant"],
  ["GRANT SELECT ON role TO nobody", "grant"],
  ["GRANT SELECT ON all TO nobody", "grant"],
  ["GRANT SELECT ON MBEAN 'a:b=c' TO nobody", "grant"],
  ["GRANT nobody TO nobody", "grant"],
  ["REVOKE AUTHORIZE ON ALL ROLES FROM nobody", "revoke"],
];

/** What a statement has changed, or what its head says that it changes: sorted lines of text. */
type Changes = string[];

describe("parseDdl() against Cassandra", () => {
  let own: OwnNode;
  let client: cassandra.Client;
  let schema: ReadonlySet<string>;

  before(async () => {
    own = await startOwnNode({
      yaml: {
        authenticator: "PasswordAuthenticator",
        authorizer: "CassandraAuthorizer",
      },
    });
    const { contactPoint, localDatacenter } = own.node;
    const options = {
      contactPoints: [contactPoint],
      localDataCenter: localDatacenter,
      credentials: { username: "cassandra", password: "cassandra" },
      // There is one node, which agrees with itself.
      protocolOptions: { maxSchemaAgreementWaitSeconds: 0 },
      isMetadataSyncEnabled: false,
    };
    const creator = new cassandra.Client(options);
    await eventually("the first role may log in", async () => {
      await creator.connect();
      return true;
    });
    await creator.execute(
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await creator.shutdown();
    client = new cassandra.Client({ ...options, keyspace: KEYSPACE });
    await client.connect();
    schema = await readSchema();
  });
  after(async () => {
    await client.shutdown();
    await own[Symbol.asyncDispose]();
  });

  /** Everything that can be created, as lines; a column belongs to a table, view or type. */
  async function readSchema(): Promise<Set<string>> {
    const of = async (cql: string, line: (row: cassandra.types.Row) => string | string[]) =>
      (await client.execute(cql)).rows.flatMap(line);
    const { rows } = await client.execute("SELECT keyspace_name FROM system_schema.keyspaces");
    const keyspaces = rows.map(({ keyspace_name }) => String(keyspace_name))
      .filter((name) => !name.startsWith("system"));
    const names = keyspaces.map((name) => `'${name}'`).join();
    const all = (table: string) =>
      `SELECT * FROM system_schema.${table} WHERE keyspace_name IN (${names})`;
    const lines = await Promise.all([
      of(all("tables"), (row) => `table ${row.keyspace_name}.${row.table_name}`),
      of(
        all("columns"),
        (row) => `column ${row.keyspace_name}.${row.table_name} ${row.column_name}`,
      ),
      of(
        all("views"),
        (row) =>
          `view ${row.keyspace_name}.${row.view_name} on ${row.keyspace_name}.${row.base_table_name}`,
      ),
      of(all("indexes"), (row) => [
        `index ${row.keyspace_name}.${row.index_name}`,
        `index on ${row.keyspace_name}.${row.table_name} ${row.index_name}`,
      ]),
      of(all("types"), (row) => [
        `type ${row.keyspace_name}.${row.type_name}`,
        ...row.field_names.map((field: string) =>
          `column ${row.keyspace_name}.${row.type_name} ${field}`
        ),
      ]),
      of(
        all("functions"),
        (row) => `function ${row.keyspace_name}.${row.function_name}(${row.argument_types.join()})`,
      ),
      of(
        all("aggregates"),
        (row) =>
          `aggregate ${row.keyspace_name}.${row.aggregate_name}(${row.argument_types.join()})`,
      ),
      of("SELECT role FROM system_auth.roles", (row) => `role ${row.role}`),
    ]);
    return new Set([...keyspaces.map((name) => `keyspace ${name}`), ...lines.flat()]);
  }

  /** Runs a statement; what it has changed, or null if the server refuses it. */
  async function run(cql: string): Promise<Changes | null> {
    try {
      await client.execute(cql);
    } catch (error) {
      if (error instanceof cassandra.errors.ResponseError) return null;
      throw error;
    }
    const [before, after] = [schema, await readSchema()];
    schema = after;
    return [
      ...[...after.difference(before)].map((line) => `+${line}`),
      ...[...before.difference(after)].map((line) => `-${line}`),
    ];
  }

  for (const statement of STATEMENTS) {
    it(`reads ${JSON.stringify(statement.slice(0, 60))}`, async () => {
      const head = parse(statement);
      const changes = await run(statement);
      expect(changes).not.toBeNull();
      expect(head.kind).not.toBe("unknown");
      expect(disagreements(head, changes!)).toEqual([]);
      if (head.kind !== "alter" || head.alteration.kind !== "other") {
        expect(changes).not.toEqual([]);
      }
    });
  }

  for (const [cql, kind] of OTHERS) {
    it(`reads ${JSON.stringify(cql)} as the server does`, async () => {
      const error = await client.execute(cql).then(() => null, (reason) => reason);
      expect(error?.code).not.toBe(cassandra.types.responseErrorCodes.syntaxError);
      expect(parse(cql).kind).toBe(kind);
    });
  }

  it("agrees with what the same statements do when they are spelt otherwise", async () => {
    for (const statement of STATEMENTS) {
      const spelt = respell(statement);
      const changes = await run(spelt);
      expect([spelt, changes]).not.toEqual([spelt, null]);
      expect([spelt, ...disagreements(parse(spelt), changes!)]).toEqual([spelt]);
    }
  });

  it("knows, or says that it does not, what broken statements do that still do something", async () => {
    let accepted = 0;
    for (const statement of STATEMENTS) {
      for (const broken of breakStatement(statement)) {
        const changes = await run(broken);
        if (changes === null) continue;
        accepted++;
        const head = parse(broken);
        if (head.kind === "unknown") continue;
        expect([broken, ...disagreements(head, changes)]).toEqual([broken]);
      }
      await run(statement);
    }
    expect(accepted).toBeGreaterThan(10);
  });
});

function parse(text: string): DdlHead {
  const { statements } = splitStatements({ path: "ddl.cql", text }, { report: () => {} });
  return parseDdl(statements[0]!);
}

/** Where the head and the server differ; a name that the server makes up is not in the head. */
function disagreements(head: DdlHead, changes: Changes): string[] {
  switch (head.kind) {
    case "create":
    case "drop": {
      const sign = head.kind === "create" ? "+" : "-";
      if (changes.length === 0) return mayDoNothing(head) ? [] : ["nothing was changed"];
      const line = `${sign}${lineOf(head.object)}`;
      // The head leaves out the types of a function, the table of a view, the name of an index.
      const isThere = changes.some((change) =>
        change === line || change.startsWith(`${line}(`) || change.startsWith(`${line} `)
      );
      return isThere ? [] : [`${line} is not among ${changes.join(", ")}`];
    }
    case "alter": {
      const { object } = head;
      if (changes.length === 0) return [];
      if (object.kind !== "table" && object.kind !== "type") return changes;
      const expected = alterationsOf(head).sort().join();
      // Views of a table have its new columns too.
      const own = changes.filter((line) => line.includes(`.${object.name.name.name} `));
      const found = own.sort().join();
      return found === expected ? [] : [`${expected} is not ${found}`];
    }
    default:
      return changes.map((change) => `${head.kind} has made ${change}`);
  }
}

function mayDoNothing(head: DdlHead & { kind: "create" | "drop" }): boolean {
  return head.kind === "create" ? head.ifNotExists || head.orReplace : head.ifExists;
}

function alterationsOf({ object, alteration }: DdlHead & { kind: "alter" }): Changes {
  if (object.kind !== "table" && object.kind !== "type") return [];
  const column = (name: string) => `column ${dotted(object.name)} ${name}`;
  switch (alteration.kind) {
    case "add":
      return alteration.columns.map(({ name }) => `+${column(name)}`);
    case "drop":
      return alteration.columns.map(({ name }) => `-${column(name)}`);
    case "rename":
      return alteration.columns.flatMap(({ from, to }) => [
        `-${column(from.name)}`,
        `+${column(to.name)}`,
      ]);
    case "other":
      return [];
  }
}

/** As `readSchema()` says it, without what the head does not know. */
function lineOf(object: SchemaObject): string {
  switch (object.kind) {
    case "keyspace":
    case "role":
    case "trigger":
      return `${object.kind} ${object.name.name}`;
    case "index":
      if (object.name !== null) {
        const keyspace = object.table?.keyspace ?? object.name.keyspace;
        return `index ${keyspace?.name ?? KEYSPACE}.${object.name.name.name}`;
      }
      return `index on ${dotted(object.table!)}`;
    case "view":
      return `view ${dotted(object.name)}${
        object.table === null ? "" : ` on ${dotted(object.table)}`
      }`;
    case "function":
    case "aggregate": {
      const types = object.argumentTypes?.map(({ file, start, end }) =>
        tokensOf(file.text.slice(start, end)).join("").toLowerCase()
      );
      return `${object.kind} ${dotted(object.name)}${
        types === undefined ? "" : `(${types.join()})`
      }`;
    }
    default:
      return `${object.kind} ${dotted(object.name)}`;
  }
}

function dotted({ keyspace, name }: QualifiedName): string {
  return `${keyspace?.name ?? KEYSPACE}.${name.name}`;
}

function tokensOf(text: string): string[] {
  return lex(wholeFile({ path: "ddl.cql", text }), () => {})
    .filter(({ kind }) => kind !== "comment").map(({ text }) => text);
}

/** The same statement with other white space, comments and case. */
function respell(statement: string): string {
  return tokensOf(statement).map((token, index) => {
    const isWord = /^[A-Za-z]/.test(token);
    return isWord && index % 2 === 0 ? token.toLowerCase() : isWord ? token.toUpperCase() : token;
  }).join(" /* ; -- */\n-- ' \"\n\t");
}

/** The statement with a token left out, or swapped with the next one. */
function* breakStatement(statement: string): Generator<string> {
  const tokens = tokensOf(statement);
  for (let index = 0; index < Math.min(tokens.length, 8); index++) {
    const [before, after] = [tokens.slice(0, index), tokens.slice(index + 1)];
    yield [...before, ...after].join(" ");
    yield [...before, ...after.slice(0, 1), tokens[index], ...after.slice(1)].join(" ");
  }
}
