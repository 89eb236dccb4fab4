/**
 * Records what a person has found out about a statement whose outcome nothing else can tell.
 *
 * @module
 */
import type { Session } from "../driver/session.ts";
import {
  assertAppliedUnchanged,
  hasChangedInDoubt,
  prefixChecksum,
} from "./record/assert_resumable.ts";
import { readHistory } from "./record/history_table.ts";
import { openRecord } from "./record/migration_record.ts";
import { type LeaseWork, withLease } from "./migrate.ts";
import {
  type Migration,
  MigrationConflict,
  MigrationError,
  statementPlace,
} from "./files/migrations.ts";
import { recording } from "./record/recording.ts";

/** A statement of a migration, and what became of it. */
export interface Resolution {
  readonly version: number;
  /** From 1. */
  readonly statement: number;
  /** `again` if it was not applied, and the next run is to send it. */
  readonly outcome: "applied" | "again";
}

/**
 * @throws {MigrationError} if nothing is in doubt about the statement
 * @throws {MigrationConflict} if the file no longer has what was applied, or what is now said to be
 */
export async function resolveStatement(
  session: Session,
  migrations: readonly Migration[],
  { resolution: { version, statement, outcome }, ...work }: LeaseWork & {
    readonly resolution: Resolution;
  },
): Promise<void> {
  const { keyspace, log } = work;
  const place = statementPlace({ version }, statement);
  const migration = migrations.find((candidate) => candidate.version === version);
  if (migration === undefined) {
    throw new MigrationError(`Cannot resolve "${place}": this release has no such migration`);
  }
  await withLease(session, work, async () => {
    const history = await recording(readHistory(session, keyspace), "read the record of");
    const entry = history.find((candidate) => candidate.version === version);
    if (entry === undefined || entry.attempted !== statement || statement <= entry.applied) {
      throw new MigrationError(
        `Cannot resolve "${place}": nothing is in doubt about it: "deno task migrate status" shows what is`,
      );
    }
    assertAppliedUnchanged(migration, entry, `resolve "${place}" of "${migration.path}"`);
    // What goes on record as applied has to be what was sent.
    if (outcome === "applied" && hasChangedInDoubt(migration, entry)) {
      throw new MigrationConflict(
        `Cannot resolve "${place}" as applied: statement ${statement} of "${migration.path}" has changed ` +
          "since it was sent: restore it first",
      );
    }
    const record = await recording(openRecord(session, keyspace, migration));
    if (outcome === "again") {
      await recording(record.retract());
      log(`Statement ${statement} of "${migration.path}" will be applied by the next run`);
      return;
    }
    const appliedChecksum = prefixChecksum(migration, statement);
    await recording(record.statement({ applied: statement, appliedChecksum }));
    log(`Statement ${statement} of "${migration.path}" is recorded as applied`);
  });
}
