/**
 * Writes down in the cluster how far a migration has come.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { HISTORY_TABLE, qualify } from "../../schema/own_tables.ts";
import type { Migration } from "../files/migrations.ts";
import { whenServed } from "../wait/when_served.ts";
import { PARTITION } from "./history_table.ts";
import { readRecordedTimes, RecordTimes } from "./record_times.ts";

/** The record of one migration, for the holder of the lease. */
export interface MigrationRecord {
  /** When the statement was first sent that is on record as begun, in microseconds; null if none is. */
  readonly attemptedAt: number | null;
  readonly times: Pick<RecordTimes, "followClock" | "goBeyond" | "lead">;
  /** That it has begun, under the name that its file has now. */
  start(): Promise<void>;
  /**
   * Before a statement: that it will be sent.
   *
   * @returns the time for the rows that it writes, in microseconds
   */
  intend(attempt: { attempted: number; attemptedChecksum: string }): Promise<number>;
  /** That the statement that was begun is not applied. */
  retract(): Promise<void>;
  /** After a statement: that it is applied. */
  statement(progress: { applied: number; appliedChecksum: string }): Promise<void>;
  finish(durationMs: number): Promise<void>;
}

/**
 * Opens the record of one migration. Its methods reject with the errors of the driver.
 *
 * @throws the driver's errors
 */
export async function openRecord(
  session: Session,
  keyspace: string,
  { version, name, checksum }: Pick<Migration, "version" | "name" | "checksum">,
): Promise<MigrationRecord> {
  const { last, attempts } = await readRecordedTimes(session, keyspace);
  const times = new RecordTimes(session, last);
  const update = async (assignments: string, values: readonly unknown[]) => {
    const table = qualify(keyspace, HISTORY_TABLE);
    const cql = `UPDATE ${table} SET ${assignments} WHERE history = ? AND version = ?`;
    const writeTime = times.next();
    await whenServed(() => session.query(cql, [...values, PARTITION, version], { writeTime }));
    return writeTime;
  };
  return {
    attemptedAt: attempts.get(version) ?? null,
    times,
    async start() {
      await update("name = ?, started_at = ?", [name, new Date()]);
    },
    intend: ({ attempted, attemptedChecksum }) =>
      update("attempted = ?, attempted_checksum = ?", [attempted, attemptedChecksum]),
    async retract() {
      // Null would have no time that can be read.
      await update("attempted = ?", [0]);
    },
    async statement({ applied, appliedChecksum }) {
      await update("applied = ?, applied_checksum = ?", [applied, appliedChecksum]);
    },
    async finish(durationMs) {
      await update("checksum = ?, finished_at = ?, duration_ms = ?", [
        checksum,
        new Date(),
        Math.round(durationMs),
      ]);
    },
  };
}
