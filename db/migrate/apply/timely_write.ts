/**
 * Keeps the rows of a migration from being hidden, and from hiding what others write. Cassandra hides what was written
 * to a column before it was dropped, by the clock of the node that dropped it, even if the column was added again since.
 *
 * @module
 */
import type { QualifiedName } from "../../../catalog/statement/term.ts";
import type { Session } from "../../driver/session.ts";
import { type Migration, MigrationError, type MigrationStatement } from "../files/migrations.ts";
import type { MigrationRecord } from "../record/migration_record.ts";

/** `system_schema.dropped_columns` has milliseconds, and a node remembers what it dropped in microseconds. */
const ROUNDING_US = 1_000;

/** Whether it carries a time of this process. */
export function writesRows({ head }: MigrationStatement): boolean {
  return ["insert", "update", "delete", "batch"].includes(head.kind);
}

/**
 * Has the next times of the record be later than all that would hide the rows of a statement.
 *
 * @param options.number of the statement, from 1
 * @param options.keyspace of names without one
 * @throws {MigrationError} if that is far ahead of the clock: the rows would hide what others write until then
 * @throws the driver's errors where the cluster cannot be asked
 */
export async function assertTimely(
  session: Session,
  migration: Migration,
  { number, record: { times }, keyspace }: {
    readonly number: number;
    readonly record: MigrationRecord;
    readonly keyspace: string;
  },
): Promise<void> {
  const { statements, path } = migration;
  const assertNear = (reason: string) => {
    const { maxClockSkewMs } = session;
    const { latest, leadMs } = times.lead();
    if (maxClockSkewMs === 0 || leadMs <= maxClockSkewMs) return;
    throw new MigrationError(
      `Cannot apply statement ${number} of ${statements.length} of "${path}": ${reason} ` +
        `${latest.toISOString()}, and this statement has to be later\n` +
        '  Run "deno task migrate" again after that time, or with MAX_CLOCK_SKEW_MS=0: the rows of this statement ' +
        "then hide what others write to them until then",
    );
  };
  assertNear('an earlier "migrate", whose clock was ahead, has written with times up to');
  for (const table of tablesOf(statements[number - 1]!)) {
    times.goBeyond(await lastDropIn(session, table, keyspace));
    assertNear(
      `a column of its table "${table.name.name}" that was dropped and added again hides what is written before`,
    );
  }
}

function tablesOf({ head }: MigrationStatement): readonly QualifiedName[] {
  switch (head.kind) {
    case "insert":
    case "update":
    case "delete":
      return [head.table];
    case "batch": {
      const tables = head.writes.map(({ table }) => table);
      return [
        ...new Map(tables.map((table) => [`${table.keyspace?.name}.${table.name.name}`, table]))
          .values(),
      ];
    }
    default:
      return [];
  }
}

/** When one of the columns of the table was last dropped before it was added again, in microseconds; 0 if none was. */
async function lastDropIn(
  session: Session,
  table: QualifiedName,
  keyspace: string,
): Promise<number> {
  const names = [table.keyspace?.name ?? keyspace, table.name.name];
  const where = "WHERE keyspace_name = ? AND table_name = ?";
  const drops = await session.query(
    `SELECT column_name, dropped_time FROM system_schema.dropped_columns ${where}`,
    names,
  );
  if (drops.length === 0) return 0;
  const columns = await session.query(
    `SELECT column_name FROM system_schema.columns ${where}`,
    names,
  );
  const there = new Set(columns.map(({ column_name }) => column_name));
  const times = drops.filter(({ column_name }) => there.has(column_name))
    .map(({ dropped_time }) => (dropped_time as Date).getTime() * 1_000);
  return times.reduce((a, b) => Math.max(a, b + ROUNDING_US), 0);
}
