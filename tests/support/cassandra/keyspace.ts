/**
 * A keyspace of a test's own on a real Cassandra, with a plain client of the driver on it.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { withTestCassandra } from "../../../dev/cassandra/test_cluster.ts";
import { PATIENT_SOCKET } from "./patient_socket.ts";

export interface TestKeyspace extends AsyncDisposable {
  readonly name: string;
  readonly contactPoint: string;
  readonly localDatacenter: string;
  readonly client: cassandra.Client;
}

/** Creates a keyspace and what `schema` says in it; drops it and closes the client when disposed. */
export async function createTestKeyspace(
  schema: readonly string[],
  options: Partial<cassandra.ClientOptions> = {},
): Promise<TestKeyspace> {
  await using stack = new AsyncDisposableStack();
  const { contactPoint, localDatacenter, close } = await withTestCassandra();
  stack.defer(close);
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const address = { contactPoints: [contactPoint], localDataCenter: localDatacenter };
  const creator = new cassandra.Client({ ...address, socketOptions: PATIENT_SOCKET });
  const client = new cassandra.Client({
    ...address,
    keyspace: name,
    socketOptions: PATIENT_SOCKET,
    ...options,
  });
  const replication = `{'class': 'NetworkTopologyStrategy', '${localDatacenter}': 1}`;
  try {
    await creator.execute(`CREATE KEYSPACE ${name} WITH replication = ${replication}`);
  } finally {
    await creator.shutdown();
  }
  stack.defer(async () => {
    await client.execute(`DROP KEYSPACE ${name}`);
    await client.shutdown();
  });
  for (const statement of schema) await client.execute(statement);
  const kept = stack.move();
  return {
    name,
    contactPoint,
    localDatacenter,
    client,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
