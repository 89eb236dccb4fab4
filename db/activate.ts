/**
 * From a connected session to queries that can be served: the schema must be the one that this release
 * was written for, then every query is prepared.
 *
 * @module
 */
import type { Query } from "../catalog/query.ts";
import { compareMigrations, readHistory } from "./history.ts";
import { conflictError } from "./migrate.ts";
import { type Migration, MigrationError } from "./migrations.ts";
import { type PreparedQuery, prepareQueries } from "./prepare.ts";
import type { Session } from "./session.ts";

export interface ActivationInput {
  readonly queries: readonly Query[];
  readonly migrations: readonly Migration[];
  readonly keyspace: string;
}

/**
 * @throws {MigrationError} where the cluster's schema version is another one
 * @throws {CatalogError} where queries do not fit the schema
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function activate(
  session: Session,
  { queries, migrations, keyspace }: ActivationInput,
): Promise<PreparedQuery[]> {
  const history = await readHistory(session, keyspace) ?? [];
  const { pending, conflicts } = compareMigrations(migrations, history);
  if (conflicts.length > 0) throw conflictError(conflicts);
  if (pending.length > 0) {
    const names = pending.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
    throw new MigrationError(`migrations are not applied: ${names}: run "deno task migrate"`);
  }
  return await prepareQueries(session, queries);
}
