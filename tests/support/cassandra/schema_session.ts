/**
 * A session on a keyspace of its own that has a schema, for what is tested without a service.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { splitStatements } from "../../../catalog/text/split.ts";
import { Session } from "../../../db/driver/session.ts";
import { withTestCassandra } from "../../../dev/cassandra/test_cluster.ts";
import { PATIENT_SOCKET } from "./patient_socket.ts";

export interface SchemaSessions extends AsyncDisposable {
  /** Runs `use` on a session of a keyspace that has the schema; the keyspace is dropped afterwards. */
  withSchema<T>(schema: string, use: (session: Session) => Promise<T>): Promise<T>;
}

export async function openSchemaSessions(): Promise<SchemaSessions> {
  const node = await withTestCassandra();
  const client = new cassandra.Client({
    socketOptions: PATIENT_SOCKET,
    contactPoints: [node.contactPoint],
    localDataCenter: node.localDatacenter,
  });
  await client.connect();
  return {
    async withSchema(schema, use) {
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
        connectionsPerHost: 1,
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
    },
    async [Symbol.asyncDispose]() {
      await client.shutdown();
      await node.close();
    },
  };
}
