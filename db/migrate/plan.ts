/**
 * What `migrate` would do, or why it would not.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import { isApplied } from "./apply/apply_migration.ts";
import type { Migration } from "./files/migrations.ts";
import { assertResumable } from "./record/assert_resumable.ts";
import {
  assertNoConflicts,
  compareMigrations,
  describeNewer,
} from "./record/compare_migrations.ts";
import type { HistoryEntry } from "./record/history_table.ts";

/**
 * @param options.to the last version to apply
 * @returns a line for each migration that is pending
 * @throws {MigrationError} where `migrate` would stop before it sends a statement
 */
export async function planMigrations(
  session: Session,
  migrations: readonly Migration[],
  { history, keyspace, to }: {
    readonly history: readonly HistoryEntry[];
    readonly keyspace: string;
    readonly to: number;
  },
): Promise<string[]> {
  const status = compareMigrations(migrations, history);
  assertNoConflicts(status);
  const ahead = describeNewer(status, migrations);
  const lines = ahead === null ? [] : [ahead];
  const pending = status.pending.filter(({ version }) => version <= to);
  for (const migration of pending) {
    const entry = history.find(({ version }) => version === migration.version) ?? null;
    assertResumable(migration, entry);
    const inDoubt = entry?.attempted ?? 0;
    const statement = migration.statements[inDoubt - 1];
    if (statement !== undefined && inDoubt > (entry?.applied ?? 0)) {
      // Throws where only a person can tell.
      await isApplied(session, statement, { migration, number: inDoubt, keyspace });
    }
    lines.push(planLine(migration, entry?.applied ?? 0));
  }
  if (pending.length === 0) lines.push(`Nothing to apply to keyspace "${keyspace}"`);
  return lines;
}

/** @param applied how many of its statements are */
function planLine({ path, statements: { length } }: Migration, applied: number): string {
  const all = length === 1 ? "1 statement" : `${length} statements`;
  if (applied === 0) return `Would apply "${path}" (${all})`;
  if (applied >= length) return `Would record "${path}" as applied: all of its statements are`;
  return `Would apply "${path}" (${length - applied} of ${all}, from statement ${applied + 1})`;
}
