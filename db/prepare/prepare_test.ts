/**
 * Mistakes that only the server can find: `fixtures/<case>/` holds a schema, queries and the exact report.
 * What a report leaves out of its queries is right: most cases end with a near miss that is. `UPDATE_FIXTURES=1`
 * writes the reports again, to be read before committing.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { parseCatalog } from "../../catalog/catalog.ts";
import { CatalogError } from "../../catalog/text/diagnose.ts";
import { splitStatements } from "../../catalog/text/split.ts";
import { type TestCassandra, withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { Session } from "../driver/session.ts";
import { prepareQueries } from "./prepare.ts";

const FIXTURES = new URL("./fixtures/", import.meta.url);

describe("prepareQueries()", () => {
  let node: TestCassandra;
  let client: cassandra.Client;

  before(async () => {
    node = await withTestCassandra();
    client = new cassandra.Client({
      contactPoints: [node.contactPoint],
      localDataCenter: node.localDatacenter,
    });
    await client.connect();
  });
  after(async () => {
    await client.shutdown();
    await node.close();
  });

  /** Runs `use` on a session of a keyspace that has the schema. */
  async function withSchema<T>(schema: string, use: (session: Session) => Promise<T>): Promise<T> {
    const keyspace = `test_${crypto.randomUUID().replaceAll("-", "")}`;
    await client.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    const session = new Session({
      contactPoints: [node.contactPoint],
      localDatacenter: node.localDatacenter,
      keyspace,
      username: null,
      password: null,
      tlsCa: null,
      tlsCert: null,
      tlsKey: null,
      secureBundle: null,
      consistency: "LOCAL_ONE",
      requestTimeoutMs: 20_000,
      observe: () => {},
    });
    try {
      await session.openOnce();
      const { statements } = splitStatements({ path: "schema.cql", text: schema }, {
        report: () => {},
      });
      for (const { span: { start, end } } of statements) {
        await session.run(schema.slice(start, end), { timeoutMs: 20_000 });
      }
      return await use(session);
    } finally {
      await session.close();
      await client.execute(`DROP KEYSPACE ${keyspace}`);
    }
  }

  for (const name of [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort()) {
    it(`reports ${name.replaceAll("_", " ")}`, async () => {
      const read = (file: string) => Deno.readTextFile(new URL(`${name}/${file}`, FIXTURES));
      const { queries, diagnostics } = parseCatalog([
        { path: "input.cql", text: await read("input.cql") },
      ]);
      expect(diagnostics).toEqual([]);
      const report = await withSchema(await read("schema.cql"), async (session) => {
        const error = await prepareQueries(session, queries).then(() => null, (reason) => reason);
        if (!(error instanceof CatalogError)) throw error ?? new Error("nothing is reported");
        return `${error.message.replaceAll(session.keyspace ?? "", "{keyspace}")}\n`;
      });
      const expected = new URL(`${name}/report.txt`, FIXTURES);
      if (Deno.env.get("UPDATE_FIXTURES") === "1") await Deno.writeTextFile(expected, report);
      expect(report).toBe(await Deno.readTextFile(expected));
    });
  }
});
