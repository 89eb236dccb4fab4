/**
 * The cluster's record of its migrations: the table `cqlgate_migrations` of the keyspace.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { ownTableId } from "../../schema/own_table_id.ts";
import { findOwnTables, HISTORY_TABLE, qualify } from "../../schema/own_tables.ts";

/** One partition, so that one read at one consistency sees the whole history. */
export const PARTITION = "schema";

/** The record of one migration in the cluster. */
export interface HistoryEntry {
  readonly version: number;
  readonly name: string;
  /** Of the whole file; null until all of its statements are applied. */
  readonly checksum: string | null;
  /** How many of its statements are applied, and the checksum of just those. */
  readonly applied: number;
  readonly appliedChecksum: string | null;
  /**
   * The last statement that was begun, counted from 1, and the checksum of it and all before it. It is above
   * `applied` if its outcome was never recorded. Null if no statement was begun, or the last was refused.
   */
  readonly attempted: number | null;
  readonly attemptedChecksum: string | null;
}

/** Creates the table where it is missing. All migrations are one partition, a row each, so that one read has them. */
export function historyTableCql(keyspace: string): string {
  return `CREATE TABLE IF NOT EXISTS ${qualify(keyspace, HISTORY_TABLE)} (
    history text, version int, name text, checksum text, applied int, applied_checksum text,
    attempted int, attempted_checksum text, started_at timestamp, finished_at timestamp, duration_ms int,
    PRIMARY KEY ((history), version)
  ) WITH id = ${ownTableId(keyspace, HISTORY_TABLE)}
    AND comment = 'Migrations applied by cqlgate: change nothing here by hand'`;
}

/** The entries by version; empty if the table does not exist, as nothing was ever applied then. */
export async function readHistory(session: Session, keyspace: string): Promise<HistoryEntry[]> {
  const tables = await findOwnTables(session, keyspace);
  if (!tables.has(HISTORY_TABLE)) return [];
  // All columns: an older release has made the table without the newest.
  const cql = `SELECT * FROM ${qualify(keyspace, HISTORY_TABLE)} WHERE history = ?`;
  const rows = await session.query(cql, [PARTITION]);
  return rows.map((row) => ({
    version: Number(row.version),
    name: String(row.name),
    checksum: row.checksum as string | null,
    applied: Number(row.applied ?? 0),
    appliedChecksum: row.applied_checksum as string | null,
    attempted: Number(row.attempted ?? 0) || null,
    attemptedChecksum: (row.attempted_checksum ?? null) as string | null,
  }));
}

/** Adds the columns that the table of an older release lacks. */
export function historyColumnsCql(keyspace: string): string {
  return `ALTER TABLE ${qualify(keyspace, HISTORY_TABLE)}
    ADD (attempted int, attempted_checksum text)`;
}

/** Whether an older release has made the table, without the columns of {@link historyColumnsCql}. */
export async function lacksColumns(session: Session, keyspace: string): Promise<boolean> {
  const rows = await session.query(
    `SELECT column_name FROM system_schema.columns
      WHERE keyspace_name = ? AND table_name = ? AND column_name = 'attempted'`,
    [keyspace, HISTORY_TABLE],
  );
  return rows.length === 0;
}
