/**
 * The cluster's record of its migrations: the table `cqlgate_migrations` of the keyspace, and how it
 * compares with the files.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import type { Migration } from "./migrations.ts";

const TABLE = "cqlgate_migrations";
// One partition, so that one read at one consistency sees the whole history.
const PARTITION = "schema";

export const CREATE_HISTORY = `CREATE TABLE IF NOT EXISTS ${TABLE} (
    history text, version int, name text, checksum text, applied int, applied_checksum text,
    started_at timestamp, finished_at timestamp, duration_ms int,
    PRIMARY KEY ((history), version)
  ) WITH comment = 'Migrations applied by cqlgate: change nothing here by hand'`;

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

/** How files and cluster compare. */
export interface MigrationStatus {
  /** Not applied, or only in part. */
  readonly pending: readonly Migration[];
  /** What a person has to put right; no migration may be applied until then. */
  readonly conflicts: readonly string[];
}

/** The entries by version; null where the table does not exist, so that nothing was ever applied. */
export async function readHistory(
  session: Session,
  keyspace: string,
): Promise<HistoryEntry[] | null> {
  const tables = await session.query(
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?",
    [keyspace, TABLE],
  );
  if (tables.length === 0) return null;
  const rows = await session.query(
    `SELECT version, name, checksum, applied, applied_checksum FROM ${keyspace}.${TABLE} WHERE history = ?`,
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

export async function recordStart(session: Session, migration: Migration): Promise<void> {
  await session.query(
    `UPDATE ${TABLE} SET name = ?, started_at = ? WHERE history = ? AND version = ?`,
    [migration.name, new Date(), PARTITION, migration.version],
  );
}

export async function recordStatement(
  session: Session,
  migration: Migration,
  progress: { applied: number; appliedChecksum: string },
): Promise<void> {
  await session.query(
    `UPDATE ${TABLE} SET applied = ?, applied_checksum = ? WHERE history = ? AND version = ?`,
    [progress.applied, progress.appliedChecksum, PARTITION, migration.version],
  );
}

export async function recordFinish(
  session: Session,
  migration: Migration,
  durationMs: number,
): Promise<void> {
  await session.query(
    `UPDATE ${TABLE} SET checksum = ?, finished_at = ?, duration_ms = ? WHERE history = ? AND version = ?`,
    [migration.checksum, new Date(), Math.round(durationMs), PARTITION, migration.version],
  );
}

/** Compares files with the cluster. Pure. */
export function compareMigrations(
  migrations: readonly Migration[],
  history: readonly HistoryEntry[],
): MigrationStatus {
  const conflicts: string[] = [];
  const entries = new Map(history.map((entry) => [entry.version, entry]));
  const versions = new Set(migrations.map((migration) => migration.version));
  for (const { version, name } of history) {
    if (versions.has(version)) continue;
    const file = `${`${version}`.padStart(4, "0")}_${name}.cql`;
    conflicts.push(
      `"${file}" is applied in the cluster, but there is no such file: restore it, or deploy the release that has it`,
    );
  }
  const pending = migrations.filter((migration) => {
    const entry = entries.get(migration.version);
    if (entry === undefined || entry.checksum === null) return true;
    if (entry.checksum !== migration.checksum) {
      conflicts.push(
        `"${migration.path}" was changed after it was applied: restore it, and put the change into a new migration`,
      );
    }
    return false;
  });
  return { pending, conflicts };
}
