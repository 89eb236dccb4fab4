/**
 * Compares the migrations of this release with the records in the cluster. Pure: reads neither.
 *
 * @module
 */
import type { HistoryEntry } from "./history_table.ts";
import { type Migration, MigrationConflict } from "../files/migrations.ts";

/** How files and cluster compare. */
export interface MigrationStatus {
  /** Not applied, or only in part. */
  readonly pending: readonly Migration[];
  /** Records beyond the files: a newer release has been here, or is at work. */
  readonly newer: readonly HistoryEntry[];
  /** Conflicts that a person has to resolve; no migration may be applied until then. */
  readonly conflicts: readonly string[];
}

/**
 * The migrations that a release knows must be recorded unchanged, and in order. Higher versions are left to the
 * release that has them, so that an older release can still start: it serves only queries that still fit.
 */
export function compareMigrations(
  migrations: readonly Migration[],
  history: readonly HistoryEntry[],
): MigrationStatus {
  const entries = new Map(history.map((entry) => [entry.version, entry]));
  const lastKnown = migrations.at(-1)?.version ?? 0;
  const lastStarted = history.toSorted((a, b) => a.version - b.version).at(-1);
  const conflicts: string[] = [];
  const pending = migrations.filter(({ version, name, checksum, path }) => {
    const entry = entries.get(version);
    if (entry !== undefined && entry.checksum === checksum) return false;
    if (entry !== undefined && entry.checksum !== null) {
      conflicts.push(
        entry.name === name
          ? `"${path}" was changed after it was applied: restore it, and put the change into a new migration`
          : `"${path}" is not "${
            fileNameOf(entry)
          }", which was applied in its place: restore that file, ` +
            "or set CASSANDRA_KEYSPACE if the keyspace belongs to another project",
      );
      return false;
    }
    if (lastStarted !== undefined && lastStarted.version > version) {
      const applied = entry === undefined ? "not applied" : "applied in part";
      conflicts.push(
        `"${path}" is ${applied}, although "${fileNameOf(lastStarted)}" after it is there: ` +
          "deploy the release whose migrations the cluster has, or restore its history",
      );
    }
    return true;
  });
  const newer = history.filter(({ version }) => version > lastKnown);
  return { pending, newer, conflicts };
}

/** The error that lists how files and cluster contradict each other; does nothing if they do not. */
export function assertNoConflicts({ conflicts }: MigrationStatus): void {
  if (conflicts.length === 0) return;
  throw new MigrationConflict(
    `Cannot migrate:\n${conflicts.map((line) => `  ${line}`).join("\n")}`,
  );
}

/** Says that the cluster is ahead of this release; null if it is not. */
export function describeNewer(
  { newer }: MigrationStatus,
  migrations: readonly Migration[],
): string | null {
  const last = newer.toSorted((a, b) => a.version - b.version).at(-1);
  if (last === undefined) return null;
  const known = migrations.at(-1);
  const state = last.checksum === null ? ", which is not finished" : "";
  const knows = known === undefined ? "knows no migration" : `knows up to "${fileNameOf(known)}"`;
  return `The cluster has migrations up to "${fileNameOf(last)}"${state}; this release ${knows}`;
}

/** `NNNN_name.cql`. */
export function fileNameOf(
  { version, name }: { readonly version: number; readonly name: string },
): string {
  return `${`${version}`.padStart(4, "0")}_${name}.cql`;
}
