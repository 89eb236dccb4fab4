/**
 * Whether the cluster has the schema that this release was written for.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import { compareMigrations, readHistory } from "./history.ts";
import { conflictError } from "./migrate.ts";
import { type Migration, MigrationError } from "./migrations.ts";

/**
 * @throws {MigrationError} where the cluster's schema version is another one
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function assertSchemaVersion(
  session: Session,
  { migrations, keyspace }: {
    readonly migrations: readonly Migration[];
    readonly keyspace: string;
  },
): Promise<void> {
  const history = await readHistory(session, keyspace) ?? [];
  const { pending, conflicts } = compareMigrations(migrations, history);
  if (conflicts.length > 0) throw conflictError(conflicts);
  if (pending.length > 0) {
    const names = pending.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
    throw new MigrationError(`migrations are not applied: ${names}: run "deno task migrate"`);
  }
}
