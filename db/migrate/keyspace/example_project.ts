/**
 * Keeps the example that comes with cqlgate out of keyspaces of other projects. It is what is applied where
 * `CQL_DIR` is forgotten, or a volume is not mounted, and it could not be taken back: its record would stand in
 * the way of the project's own migrations.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { OWN_TABLES } from "../../schema/own_tables.ts";
import { readHistory } from "../record/history_table.ts";
import { type Migration, MigrationError } from "../files/migrations.ts";
import { recording } from "../record/recording.ts";

/** Of its first migration, which never changes, as it has been applied. */
const EXAMPLE_CHECKSUM = "98d490e04487a3a9957e067a746e4322ecbe8e8c96f3781f74130ef7d46102d2";

/**
 * @param options.folder where the migrations are from
 * @throws {MigrationError} for the example, if the keyspace has tables and no migration was ever begun there
 */
export async function assertNotExample(
  session: Session,
  migrations: readonly Migration[],
  { keyspace, folder }: { readonly keyspace: string; readonly folder: string },
): Promise<void> {
  if (migrations[0]?.checksum !== EXAMPLE_CHECKSUM) return;
  // Before the history: what another process creates meanwhile has been recorded by then.
  const rows = await session.query(
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?",
    [keyspace],
  );
  const tables = rows.map(({ table_name }) => String(table_name))
    .filter((name) => !OWN_TABLES.includes(name));
  if (tables.length === 0 || (await recording(readHistory(session, keyspace))).length > 0) return;
  throw new MigrationError(
    `Cannot migrate: "${folder}" is the example that comes with cqlgate, and keyspace "${keyspace}" has the ` +
      `tables of another project, such as "${
        tables[0]
      }": set CQL_DIR to the folder of your project, or ` +
      "CASSANDRA_KEYSPACE to a keyspace of the example's own",
  );
}
