/**
 * Many processes that migrate at the same time, as the init containers of a deployment do: each connects
 * to a node of its own choice, in its own data centre.
 *
 * @module
 */
import type { LocalCassandra } from "../../dev/cassandra/cassandra.ts";
import { taskArguments } from "../../dev/task_arguments.ts";

export interface MigrateOutcome {
  readonly code: number;
  readonly lines: readonly string[];
}

export interface ManyMigrations {
  /** Where they connect to, in turn. */
  readonly nodes: readonly Pick<LocalCassandra, "contactPoint" | "localDatacenter">[];
  readonly count: number;
  /** As `CQL_DIR` takes it. */
  readonly cqlDir: string;
  readonly keyspace: string;
  /** As `CASSANDRA_REPLICATION` takes it. */
  readonly replication: string;
}

export async function migrateByMany(
  { nodes, count, cqlDir, keyspace, replication }: ManyMigrations,
): Promise<MigrateOutcome[]> {
  return await Promise.all(Array.from({ length: count }, async (_, index) => {
    const { contactPoint, localDatacenter } = nodes[index % nodes.length]!;
    const env = {
      CQL_DIR: cqlDir,
      CASSANDRA_CONTACT_POINTS: contactPoint,
      CASSANDRA_LOCAL_DATACENTER: localDatacenter,
      CASSANDRA_KEYSPACE: keyspace,
      CASSANDRA_REPLICATION: replication,
      CURSOR_KEY: new Uint8Array(32).toBase64(),
    };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: taskArguments("migrate", env),
      env,
    }).output();
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    return { code, lines: text.trim().split("\n").map((line) => line.replaceAll(cqlDir, "cql")) };
  }));
}
