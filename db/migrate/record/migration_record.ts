/**
 * Writes down in the cluster how far a migration has come.
 *
 * @module
 */
import type { Session } from "../../driver/session.ts";
import { HISTORY_TABLE, qualify } from "../../schema/own_tables.ts";
import type { Migration } from "../migrations.ts";
import { whenServed } from "../when_served.ts";
import { PARTITION } from "./history_table.ts";

/** Writes down how far one migration has come. */
export interface MigrationRecord {
  /** That it has begun, under the name that its file has now. */
  start(): Promise<void>;
  /** Before a statement: that it will be sent. Null where the server has refused it. */
  intend(attempt: { attempted: number; attemptedChecksum: string } | null): Promise<void>;
  /** After it: that it is applied. */
  statement(progress: { applied: number; appliedChecksum: string }): Promise<void>;
  finish(durationMs: number): Promise<void>;
}

/** The record of one migration. Each method rejects with the errors of the driver. */
export function recordOf(
  session: Session,
  keyspace: string,
  { version, name, checksum }: Pick<Migration, "version" | "name" | "checksum">,
): MigrationRecord {
  const update = async (assignments: string, values: readonly unknown[]) => {
    const table = qualify(keyspace, HISTORY_TABLE);
    const cql = `UPDATE ${table} SET ${assignments} WHERE history = ? AND version = ?`;
    await whenServed(() => session.query(cql, [...values, PARTITION, version]));
  };
  return {
    start: () => update("name = ?, started_at = ?", [name, new Date()]),
    intend: (attempt) =>
      update("attempted = ?, attempted_checksum = ?", [
        attempt?.attempted ?? null,
        attempt?.attemptedChecksum ?? null,
      ]),
    statement: ({ applied, appliedChecksum }) =>
      update("applied = ?, applied_checksum = ?", [applied, appliedChecksum]),
    finish: (durationMs) =>
      update("checksum = ?, finished_at = ?, duration_ms = ?", [
        checksum,
        new Date(),
        Math.round(durationMs),
      ]),
  };
}
