/**
 * Whether the cluster has the schema that this release was written for.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { isBuilding } from "./assert_resumable.ts";
import {
  assertNoConflicts,
  compareMigrations,
  describeNewer,
  fileNameOf,
} from "./compare_migrations.ts";
import { readHistory } from "./history_table.ts";
import { type Migration, MigrationsPending } from "../files/migrations.ts";

/** The message for a project without migrations. */
export const NO_MIGRATIONS = "No migrations: the schema is taken as the cluster has it";

/**
 * Checks that the cluster has every migration of this release, and perhaps more.
 *
 * @param options.migrations null if the project has no migrations; the history does not matter then
 * @returns a message for the operator; null if everything is as usual
 * @throws {MigrationsPending} if migrations are missing
 * @throws {MigrationConflict} if they differ from this release's
 * @throws the driver's errors if the cluster cannot be asked
 */
export async function assertSchemaVersion(
  session: Session,
  { migrations, keyspace }: {
    readonly migrations: readonly Migration[] | null;
    readonly keyspace: string;
  },
): Promise<string | null> {
  if (migrations === null) return NO_MIGRATIONS;
  const history = await readHistory(session, keyspace);
  const status = compareMigrations(migrations, history);
  assertNoConflicts(status);
  if (status.pending.length > 0) {
    const names = status.pending.map((migration) => {
      const name = fileNameOf(migration);
      const entry = history.find(({ version }) => version === migration.version);
      return isBuilding(migration, entry)
        ? `${name} (Cassandra may still be building its indexes and views)`
        : name;
    });
    throw new MigrationsPending(
      `migrations are not applied: ${names.join(", ")}: run "deno task migrate"`,
    );
  }
  return describeNewer(status, migrations);
}
