import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { openProjectCluster, type ProjectCluster } from "../support/cassandra/migration_project.ts";

const SCHEMA = [
  "CREATE TYPE place (name text, height int)",
  "CREATE TABLE stations (id int, name text, at frozen<place>, note text, PRIMARY KEY (id, name))",
  "CREATE INDEX stations_by_note ON stations (note)",
  "CREATE CUSTOM INDEX stations_by_place ON stations (at) USING 'StorageAttachedIndex'",
  "CREATE MATERIALIZED VIEW names AS SELECT * FROM stations WHERE id IS NOT NULL AND name IS NOT NULL " +
  "PRIMARY KEY (name, id)",
  "CREATE FUNCTION twice (n int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS 'return n * 2;'",
  "CREATE FUNCTION later (n int, m int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return m;'",
  "CREATE AGGREGATE last_of (int) SFUNC later STYPE int INITCOND 0",
];

describe("a schema that docs/adopting.md makes a migration of", () => {
  let cluster: ProjectCluster;

  before(async () => {
    cluster = await openProjectCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("changes nothing where it is, and is the same on a new cluster", async () => {
    await using made = await cluster.create({});
    const { keyspace } = made.config;
    await made.rows(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`,
    );
    const names = "place|stations|names|twice|later|last_of";
    for (const cql of SCHEMA) {
      const qualified = new RegExp(
        `\\b(TYPE|TABLE|VIEW|FUNCTION|AGGREGATE|FROM|ON|SFUNC) (${names})\\b`,
        "g",
      );
      await made.rows(
        cql.replace(
          qualified,
          (all, word, name) => word === "SFUNC" ? all : `${word} ${keyspace}.${name}`,
        )
          .replace("frozen<place>", `frozen<${keyspace}.place>`),
      );
    }
    const describeSchema = async () =>
      (await made.rows(`DESCRIBE KEYSPACE ${keyspace}`))
        .map(({ create_statement }) => String(create_statement))
        .filter((statement) => !statement.includes("cqlgate_"));
    const described = await describeSchema();
    expect(described).toHaveLength(SCHEMA.length + 1);
    await made.write({ "0001_schema.cql": await edited(described.join("\n\n")) });
    expect(await made.migrate()).toHaveLength(1);
    expect(await describeSchema()).toEqual(described);
    await made.rows(`DROP KEYSPACE ${keyspace}`);
    expect(await made.migrate()).toHaveLength(1);
    expect((await describeSchema()).slice(1)).toEqual(described.slice(1));
  });
});

/** What the command of the page makes of what `cqlsh` prints. */
async function edited(schema: string): Promise<string> {
  const page = await Deno.readTextFile(new URL("../../docs/adopting.md", import.meta.url));
  const script = /<!-- schema as a migration -->.*?sed -E '([^']+)'/s.exec(page)![1]!;
  const file = await Deno.makeTempFile({ prefix: "cqlgate-test-" });
  try {
    await Deno.writeTextFile(file, schema);
    const { stdout } = await new Deno.Command("sed", { args: ["-E", script, file] }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}
