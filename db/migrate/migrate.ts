/**
 * Applies what is pending, statement by statement, waiting after each for the nodes to agree on the
 * schema. A migration that stops half-way is recorded as far as it came, and continues from there.
 *
 * Two runners at the same time are not kept apart here yet; `applyMigrations` is what such a lock
 * would wrap.
 *
 * @module
 */
import { connectionFailure, isTimeout } from "../driver/map_error.ts";
import { isRefusal } from "../driver/refusal.ts";
import type { Session } from "../driver/session.ts";
import { assertAgreement, DDL_TIMEOUT_MS } from "./agreement.ts";
import { assertNoConflicts, compareMigrations, describeNewer } from "./compare_migrations.ts";
import { cursorTableCql } from "../schema/cursor_table.ts";
import {
  type HistoryEntry,
  historyTableCql,
  type MigrationRecord,
  readHistory,
  recordOf,
} from "./history_table.ts";
import { checksumOf, type Migration, MigrationError } from "./migrations.ts";
import { CURSOR_TABLE, findOwnTables, HISTORY_TABLE } from "../schema/own_tables.ts";

/**
 * Applies every pending migration. Where the cluster is ahead of them, nothing at all is changed.
 *
 * @param session one whose keyspace is `keyspace`
 * @param options.log hears of each migration that was applied, or why nothing was
 * @throws {MigrationError} if files and cluster contradict each other (nothing is applied then),
 * or a statement fails (what came before it is applied and recorded)
 */
export async function applyMigrations(
  session: Session,
  migrations: readonly Migration[],
  options: { readonly keyspace: string; readonly log: (line: string) => void },
): Promise<void> {
  const { keyspace, log } = options;
  const history = await readHistory(session, keyspace);
  const status = compareMigrations(migrations, history);
  assertNoConflicts(status);
  const ahead = describeNewer(status, migrations);
  if (ahead !== null) {
    log(`${ahead}: nothing is changed`);
    return;
  }
  await recording(createOwnTables(session, keyspace));
  for (const migration of status.pending) {
    const startedAt = performance.now();
    const entry = history.find(({ version }) => version === migration.version);
    const record = recordOf(session, keyspace, migration);
    await applyMigration(session, migration, { entry, record });
    const durationMs = performance.now() - startedAt;
    await recording(record.finish(durationMs));
    log(`Applied "${migration.path}" in ${Math.round(durationMs)} ms`);
  }
  if (status.pending.length === 0) log(`Keyspace "${keyspace}" is up to date`);
}

/** A role that may not create tables can still migrate where somebody else has created these. */
async function createOwnTables(session: Session, keyspace: string): Promise<void> {
  const existing = await findOwnTables(session, keyspace);
  const tables = [[HISTORY_TABLE, historyTableCql], [CURSOR_TABLE, cursorTableCql]] as const;
  for (const [table, cqlOf] of tables) {
    if (existing.has(table)) continue;
    const { agreed } = await session.run(cqlOf(keyspace), { timeoutMs: DDL_TIMEOUT_MS });
    assertAgreement(agreed);
  }
}

async function applyMigration(
  session: Session,
  { statements, path }: Migration,
  { entry, record }: {
    readonly entry: HistoryEntry | undefined;
    readonly record: MigrationRecord;
  },
): Promise<void> {
  const texts = statements.map(({ cql }) => cql);
  const done = entry?.applied ?? 0;
  if (done > 0 && prefixChecksum(texts, done) !== entry?.appliedChecksum) {
    throw new MigrationError(
      `Cannot resume "${path}": ${
        done === 1
          ? "its first statement was applied and has changed since: restore it"
          : `its first ${done} statements were applied and have changed since: restore them`
      }`,
    );
  }
  await recording(record.start());
  for (const [index, cql] of texts.entries()) {
    if (index < done) continue;
    const applied = index + 1;
    let agreed: boolean;
    try {
      ({ agreed } = await session.run(cql, { timeoutMs: DDL_TIMEOUT_MS }));
    } catch (cause) {
      throw new MigrationError(
        `Cannot apply statement ${applied} of ${texts.length} of "${path}": ${
          connectionFailure(cause)
        }\n${cql.replace(/^/gm, "  | ")}\n` +
          `  ${
            whatStays(index)
          }. Fix this statement and run "deno task migrate" again, which continues from here` +
          (isTimeout(cause) ? "\n  It may be applied all the same: look before you repeat it" : ""),
        { cause },
      );
    }
    const appliedChecksum = prefixChecksum(texts, applied);
    // Recorded first: the statement is applied, whether or not every node knows of it yet.
    await recording(record.statement({ applied, appliedChecksum }));
    assertAgreement(agreed);
  }
}

/** What we write ourselves: a refusal of that is no mistake in a migration. */
async function recording(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new MigrationError(`Cannot record migrations: ${cause.message}`, { cause });
  }
}

function whatStays(count: number): string {
  if (count === 0) return "No statement of this file is applied";
  return count === 1
    ? "The statement before it stays applied"
    : `The ${count} statements before it stay applied`;
}

function prefixChecksum(statements: readonly string[], count: number): string {
  return checksumOf(JSON.stringify(statements.slice(0, count)));
}
