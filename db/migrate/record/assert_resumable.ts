/**
 * Whether a file still begins with the statements that the cluster has of it. Pure.
 *
 * @module
 */
import { buildsSomething } from "../files/builds_something.ts";
import {
  checksumOf,
  type Migration,
  MigrationConflict,
  statementPlace,
} from "../files/migrations.ts";
import type { HistoryEntry } from "./history_table.ts";

/** What identifies the first `count` statements of a migration. */
export function prefixChecksum({ statements }: Migration, count: number): string {
  return checksumOf(JSON.stringify(statements.slice(0, count).map(({ cql }) => cql)));
}

/** Whether the statements that are applied are no longer those of the file. */
export function hasChangedApplied(migration: Migration, entry: HistoryEntry): boolean {
  const { applied, appliedChecksum } = entry;
  return applied > 0 && prefixChecksum(migration, applied) !== appliedChecksum;
}

/** Whether a statement is in doubt, and it or one before it is no longer that of the file. */
export function hasChangedInDoubt(migration: Migration, entry: HistoryEntry): boolean {
  const { applied, attempted, attemptedChecksum } = entry;
  if (attempted === null || attempted <= applied) return false;
  return prefixChecksum(migration, attempted) !== attemptedChecksum;
}

/** Whether nothing is left of it but what Cassandra builds. */
export function isBuilding(
  { statements }: Migration,
  entry: HistoryEntry | undefined,
): boolean {
  return entry !== undefined && entry.checksum === null && entry.applied >= statements.length &&
    buildsSomething(statements);
}

/**
 * Statements that were applied must still be in the file unchanged.
 *
 * @param task what cannot be done otherwise, such as `resume "cql/migrations/0001_notes.cql"`
 * @throws {MigrationConflict} if they are not
 */
export function assertAppliedUnchanged(
  migration: Migration,
  entry: HistoryEntry,
  task: string,
): void {
  if (!hasChangedApplied(migration, entry)) return;
  const { applied } = entry;
  throw new MigrationConflict(
    `Cannot ${task}: ${
      applied === 1
        ? "its first statement was applied and has changed since: restore it"
        : `its first ${applied} statements were applied and have changed since: restore them`
    }`,
  );
}

/**
 * Statements that were applied, or may have been, must still be in the file unchanged.
 *
 * @throws {MigrationConflict} if they are not
 */
export function assertResumable(migration: Migration, entry: HistoryEntry | null): void {
  if (entry === null) return;
  assertAppliedUnchanged(migration, entry, `resume "${migration.path}"`);
  if (!hasChangedInDoubt(migration, entry)) return;
  const { attempted } = entry;
  throw new MigrationConflict(
    `Cannot resume "${migration.path}": nobody knows whether its statement ${attempted} was applied, ` +
      `and it has changed since: restore it, or run "deno task migrate --resolve ${
        statementPlace(migration, attempted!)
      } again" if it was not applied`,
  );
}
