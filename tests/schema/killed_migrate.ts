/**
 * A `migrate` that is killed, and whose lease has expired since.
 *
 * @module
 */
import { Session } from "../../db/driver/session.ts";
import { createKeyspace } from "../../db/migrate/keyspace/create_keyspace.ts";
import { applyMigrations } from "../../db/migrate/migrate.ts";
import { readMigrations } from "../../db/migrate/files/migrations.ts";
import type { MigrationProject } from "../support/cassandra/migration_project.ts";
import { MortalSession } from "./mortal_session.ts";

/** What the time would do. */
async function expireLease(made: MigrationProject): Promise<void> {
  if (!(await made.allTables()).includes("cqlgate_leases")) return;
  await made.rows(
    `DELETE FROM ${made.config.keyspace}.cqlgate_leases WHERE name = 'migrations' IF EXISTS`,
  );
}

/** What a process writes last, after whatever it still had to do before that. */
export const LAST_WORDS = {
  lease: "INSERT INTO",
  start: "SET name",
  intent: "SET attempted",
  record: "SET applied",
  finish: "SET checksum",
};

/** Migrates in a process that is killed after its last words; whether it came to say them. */
export async function migrateUntil(
  made: MigrationProject,
  lastWords: string,
): Promise<boolean> {
  const { config, folder } = made;
  const { keyspace } = config;
  const first = new Session({ ...config, keyspace: null, observe: () => {} });
  await first.openOnce();
  await createKeyspace(first, config).finally(() => first.close());
  const session = new MortalSession({ ...config, observe: () => {} }, lastWords);
  await session.openOnce();
  try {
    const migrations = await readMigrations(folder, { keyspace }) ?? [];
    await applyMigrations(session, migrations, { keyspace, log: () => {} });
    return false;
  } catch (error) {
    if (!session.isDead) throw error;
    await expireLease(made);
    return true;
  } finally {
    await session.close();
  }
}
