/**
 * How far the cluster is, a line for each migration.
 *
 * @module
 */
import type { HistoryEntry } from "./history_table.ts";
import type { Migration } from "../files/migrations.ts";
import { hasChangedApplied, hasChangedInDoubt, isBuilding } from "./assert_resumable.ts";
import { fileNameOf } from "./compare_migrations.ts";

/** The lines of `deno task migrate status`, in the order of the versions. Pure. */
export function describeStatus(
  migrations: readonly Migration[],
  history: readonly HistoryEntry[],
): string[] {
  const files = new Map(migrations.map((migration) => [migration.version, migration]));
  const entries = new Map(history.map((entry) => [entry.version, entry]));
  const versions = [...new Set([...files.keys(), ...entries.keys()])].sort((a, b) => a - b);
  const last = history.reduce<HistoryEntry | null>(
    (a, b) => a === null || b.version > a.version ? b : a,
    null,
  );
  return versions.map((version) => {
    const migration = files.get(version) ?? null;
    const entry = entries.get(version) ?? null;
    const name = migration?.name ?? entry?.name;
    const isWhole = entry !== null && entry.checksum !== null;
    const overtaken = !isWhole && migration !== null && last !== null && last.version > version
      ? `, although "${fileNameOf(last)}" after it is there`
      : "";
    return `${`${version}`.padStart(4, "0")}_${name}  ${describe(migration, entry)}${overtaken}`;
  });
}

function describe(migration: Migration | null, entry: HistoryEntry | null): string {
  if (entry === null) return "pending";
  const isWhole = entry.checksum !== null;
  if (migration === null) {
    return isWhole ? "applied by a newer release" : "being applied by a newer release";
  }
  if (isWhole) {
    if (entry.checksum === migration.checksum) return "applied";
    return entry.name === migration.name
      ? "applied, and changed since: restore the file"
      : `not applied: "${fileNameOf(entry)}" was applied in its place`;
  }
  const progress = `applied in part: ${entry.applied} of ${migration.statements.length} statements`;
  if (hasChangedApplied(migration, entry)) {
    return `${progress}, which have changed since: restore them`;
  }
  if (entry.applied === migration.statements.length) {
    return isBuilding(migration, entry)
      ? "applied, not finished: Cassandra may still be building its indexes and views"
      : "applied, not finished: the next migrate records it as a whole";
  }
  const inDoubt = entry.attempted !== null && entry.attempted > entry.applied;
  if (!inDoubt) return progress;
  const begun = `${progress}; statement ${entry.attempted} was begun`;
  return hasChangedInDoubt(migration, entry) ? `${begun}, and has changed since` : begun;
}
