/**
 * Applies what is pending, statement by statement, waiting after each for the nodes to agree on the
 * schema. A migration that stops half-way is recorded as far as it came and goes on from there.
 *
 * Two runners at the same time are not kept apart here yet; `applyMigrations` is what such a lock
 * would wrap.
 *
 * @module
 */
import { connectionFailure, isTimeout } from "../driver/map_error.ts";
import type { Session } from "../driver/session.ts";
import { CREATE_CURSORS } from "./cursor_table.ts";
import {
  compareMigrations,
  CREATE_HISTORY,
  type HistoryEntry,
  readHistory,
  recordFinish,
  recordStart,
  recordStatement,
} from "./history.ts";
import { checksumOf, type Migration, MigrationError } from "./migrations.ts";

// Longer than the driver waits for schema agreement, so that its answer is what we hear.
const DDL_TIMEOUT_MS = 60_000;

/**
 * Creates the keyspace where it is missing.
 *
 * @param session one without a keyspace
 * @throws {MigrationError} where it is missing and no replication was given
 */
export async function createKeyspace(
  session: Session,
  options: { keyspace: string; replication: Readonly<Record<string, number>> | null },
): Promise<void> {
  const { keyspace, replication } = options;
  const found = await session.query(
    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
    [keyspace],
  );
  if (found.length > 0) return;
  if (replication === null) {
    throw new MigrationError(
      `Cannot create keyspace "${keyspace}": set CASSANDRA_REPLICATION, such as "dc1:3", or create it yourself`,
    );
  }
  const factors = Object.entries(replication).map(([dc, factor]) => `'${dc}': ${factor}`);
  const map = factors.join(", ");
  const { agreed } = await session.run(
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', ${map}}`,
    { timeoutMs: DDL_TIMEOUT_MS },
  );
  assertAgreement(agreed);
}

/**
 * Applies every pending migration.
 *
 * @param session one whose keyspace is `keyspace`
 * @returns those that were applied
 * @throws {MigrationError} where files and cluster contradict each other (nothing is applied then),
 * or a statement fails (what came before it is applied and recorded)
 */
export async function applyMigrations(
  session: Session,
  migrations: readonly Migration[],
  options: { keyspace: string; log(line: string): void },
): Promise<Migration[]> {
  for (const table of [CREATE_HISTORY, CREATE_CURSORS]) {
    await session.run(table, { timeoutMs: DDL_TIMEOUT_MS });
  }
  const history = await readHistory(session, options.keyspace) ?? [];
  const { pending, conflicts } = compareMigrations(migrations, history);
  if (conflicts.length > 0) throw conflictError(conflicts);
  for (const migration of pending) {
    const startedAt = performance.now();
    const entry = history.find(({ version }) => version === migration.version);
    await applyMigration(session, migration, entry);
    const durationMs = performance.now() - startedAt;
    await recordFinish(session, migration, durationMs);
    options.log(`Applied "${migration.path}" in ${Math.round(durationMs)} ms`);
  }
  return [...pending];
}

/** The error that lists how files and cluster contradict each other. */
export function conflictError(conflicts: readonly string[]): MigrationError {
  return new MigrationError(`Cannot migrate:\n${conflicts.map((line) => `  ${line}`).join("\n")}`);
}

async function applyMigration(
  session: Session,
  migration: Migration,
  entry: HistoryEntry | undefined,
): Promise<void> {
  const { statements, path } = migration;
  const done = entry?.applied ?? 0;
  if (done > 0 && prefixChecksum(statements, done) !== entry?.appliedChecksum) {
    throw new MigrationError(
      `Cannot resume "${path}": ${
        done === 1
          ? "its first statement was applied and has changed since: restore it"
          : `its first ${done} statements were applied and have changed since: restore them`
      }`,
    );
  }
  await recordStart(session, migration);
  for (const [index, statement] of statements.entries()) {
    if (index < done) continue;
    const applied = index + 1;
    let agreed: boolean;
    try {
      ({ agreed } = await session.run(statement, { timeoutMs: DDL_TIMEOUT_MS }));
    } catch (cause) {
      throw new MigrationError(
        `Cannot apply statement ${applied} of ${statements.length} of "${path}": ${
          connectionFailure(cause)
        }\n${statement.replace(/^/gm, "  | ")}\n` +
          `  ${
            whatStays(index)
          }: mend this one and run "deno task migrate" again, which goes on from here` +
          (isTimeout(cause) ? "\n  It may be applied all the same: look before you repeat it" : ""),
        { cause },
      );
    }
    const appliedChecksum = prefixChecksum(statements, applied);
    // Recorded first: the statement is applied, whether or not every node knows of it yet.
    await recordStatement(session, migration, { applied, appliedChecksum });
    assertAgreement(agreed);
  }
}

function whatStays(count: number): string {
  if (count === 0) return "Nothing of this file is applied";
  return count === 1 ? "The one before it stays applied" : `The ${count} before it stay applied`;
}

function prefixChecksum(statements: readonly string[], count: number): string {
  return checksumOf(JSON.stringify(statements.slice(0, count)));
}

function assertAgreement(agreed: boolean): void {
  if (agreed) return;
  throw new MigrationError(
    'Cannot go on: the nodes do not agree on the schema yet: run "deno task migrate" again when "nodetool describecluster" shows one version',
  );
}
