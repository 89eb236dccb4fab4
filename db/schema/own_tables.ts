/**
 * The tables that the service keeps in the keyspace, next to those of the migrations. They are always named in
 * full, since we are not the only ones who choose a connection's keyspace.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";

/** The record of the migrations. */
export const HISTORY_TABLE = "cqlgate_migrations";
/** Cursors that are too long for a URL. */
export const CURSOR_TABLE = "cqlgate_cursors";

/** Who may migrate now. */
export const LEASE_TABLE = "cqlgate_leases";

export const OWN_TABLES: readonly string[] = [HISTORY_TABLE, CURSOR_TABLE, LEASE_TABLE];

/** Quotes a name, so that CQL keeps its case and accepts keywords. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The full name of a table, as CQL has it. */
export function qualify(keyspace: string, table: string): string {
  return `${quoteName(keyspace)}.${quoteName(table)}`;
}

/** The own tables that exist in the keyspace. */
export async function findOwnTables(session: Session, keyspace: string): Promise<Set<string>> {
  const rows = await session.query(
    `SELECT table_name FROM system_schema.tables
      WHERE keyspace_name = ? AND table_name IN (${OWN_TABLES.map(() => "?").join(", ")})`,
    [keyspace, ...OWN_TABLES],
  );
  return new Set(rows.map(({ table_name }) => String(table_name)));
}
