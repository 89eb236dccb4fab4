/**
 * What `migrate` would do, or why it would not.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import { isApplied } from "./apply/apply_migration.ts";
import { assertClock } from "./apply/assert_clock.ts";
import { buildsSomething } from "./files/builds_something.ts";
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
  if (pending.length > 0) {
    await session.compareClocks();
    await assertClock(session);
  }
  for (const migration of pending) {
    const entry = history.find(({ version }) => version === migration.version) ?? null;
    assertResumable(migration, entry);
    lines.push(planLine(migration, await appliedOf(session, migration, { entry, keyspace })));
  }
  if (pending.length === 0) lines.push(`Nothing to apply to keyspace "${keyspace}"`);
  return lines;
}

/**
 * How many of its statements are applied, those that are not on record included.
 *
 * @throws {MigrationError} where only a person can tell
 */
async function appliedOf(
  session: Session,
  migration: Migration,
  { entry, keyspace }: { readonly entry: HistoryEntry | null; readonly keyspace: string },
): Promise<number> {
  if (entry === null) return 0;
  const { applied, attempted } = entry;
  if (attempted === null || attempted <= applied) return applied;
  const statement = migration.statements[attempted - 1]!;
  const isThere = await isApplied(session, statement, { migration, number: attempted, keyspace });
  return isThere ? attempted : applied;
}

/** @param applied how many of its statements are */
function planLine({ path, statements }: Migration, applied: number): string {
  const { length } = statements;
  const builds = buildsSomething(statements);
  if (applied >= length) {
    return `Would finish "${path}"${
      builds ? " once Cassandra has built its indexes and views" : ""
    }: all of its statements are applied`;
  }
  const all = length === 1 ? "1 statement" : `${length} statements`;
  const left = applied === 0 ? all : `${length - applied} of ${all}, from statement ${applied + 1}`;
  const wait = builds ? ", and wait until Cassandra has built its indexes and views" : "";
  return `Would apply "${path}" (${left})${wait}`;
}
