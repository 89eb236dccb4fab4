/**
 * The cluster's record of its migrations: the table `cqlgate_migrations` of the keyspace.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import type { Migration } from "./migrations.ts";
import { findOwnTables, HISTORY_TABLE, qualify } from "../schema/own_tables.ts";

// One partition, so that one read at one consistency sees the whole history.
const PARTITION = "schema";

/** What the cluster has of one migration. */
export interface HistoryEntry {
  readonly version: number;
  readonly name: string;
  /** Of the whole file; null until all of its statements are applied. */
  readonly checksum: string | null;
  /** How many of its statements are applied, and the checksum of just those. */
  readonly applied: number;
  readonly appliedChecksum: string | null;
}

export function historyTableCql(keyspace: string): string {
  return `CREATE TABLE IF NOT EXISTS ${qualify(keyspace, HISTORY_TABLE)} (
    history text, version int, name text, checksum text, applied int, applied_checksum text,
    started_at timestamp, finished_at timestamp, duration_ms int,
    PRIMARY KEY ((history), version)
  ) WITH comment = 'Migrations applied by cqlgate: change nothing here by hand'`;
}

/** The entries by version; empty if the table does not exist, as nothing was ever applied then. */
export async function readHistory(session: Session, keyspace: string): Promise<HistoryEntry[]> {
  const tables = await findOwnTables(session, keyspace);
  if (!tables.has(HISTORY_TABLE)) return [];
  const rows = await session.query(
    `SELECT version, name, checksum, applied, applied_checksum
       FROM ${qualify(keyspace, HISTORY_TABLE)} WHERE history = ?`,
    [PARTITION],
  );
  return rows.map((row) => ({
    version: Number(row.version),
    name: String(row.name),
    checksum: row.checksum as string | null,
    applied: Number(row.applied ?? 0),
    appliedChecksum: row.applied_checksum as string | null,
  }));
}

/** Writes down how far one migration has come. */
export interface MigrationRecord {
  start(): Promise<void>;
  statement(progress: { applied: number; appliedChecksum: string }): Promise<void>;
  finish(durationMs: number): Promise<void>;
}

export function recordOf(
  session: Session,
  keyspace: string,
  { version, name, checksum }: Pick<Migration, "version" | "name" | "checksum">,
): MigrationRecord {
  const update = async (assignments: string, values: readonly unknown[]) => {
    const table = qualify(keyspace, HISTORY_TABLE);
    await session.query(
      `UPDATE ${table} SET ${assignments} WHERE history = ? AND version = ?`,
      [...values, PARTITION, version],
    );
  };
  return {
    start: () => update("name = ?, started_at = ?", [name, new Date()]),
    statement: ({ applied, appliedChecksum }) =>
      update("applied = ?, applied_checksum = ?", [applied, appliedChecksum]),
    finish: (durationMs) =>
      update("checksum = ?, finished_at = ?, duration_ms = ?", [
        checksum,
        new Date(),
        Math.round(durationMs),
      ]),
  };
}
