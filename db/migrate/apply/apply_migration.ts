/**
 * Applies one migration, statement by statement, and writes down before each that it will be sent, and
 * after each that it is applied. Where a process stopped in between, the change is looked for first, so that
 * it is not made twice.
 *
 * @module
 */
import type { Consistency } from "../../../catalog/query.ts";
import { connectionFailure } from "../../driver/failures/map_error.ts";
import { isDefinite } from "../../driver/failures/refusal.ts";
import type { Session } from "../../driver/session.ts";
import { awaitAgreement, DDL_TIMEOUT_MS } from "../wait/agreement.ts";
import { assertClock } from "./assert_clock.ts";
import { buildsSomething } from "../files/builds_something.ts";
import { featureAdvice } from "./feature_advice.ts";
import { findChange } from "./find_change.ts";
import { isAppliedBefore, mayBeSentAgain } from "./repeat_statement.ts";
import { assertTimely, writesRows } from "./timely_write.ts";
import type { HistoryEntry } from "../record/history_table.ts";
import type { MigrationRecord } from "../record/migration_record.ts";
import type { Interruption } from "../lease/interruption.ts";
import type { Lease } from "../lease/lease.ts";
import {
  type Migration,
  MigrationError,
  type MigrationStatement,
  statementPlace,
} from "../files/migrations.ts";
import { assertResumable, prefixChecksum } from "../record/assert_resumable.ts";
import { recording } from "../record/recording.ts";

export interface ApplyMigrationOptions {
  /** Its record in the cluster; null if it has no record. */
  readonly entry: HistoryEntry | null;
  readonly record: MigrationRecord;
  readonly keyspace: string;
  readonly lease: Lease;
  /** Of the rows that it writes. Default: the session's. */
  readonly consistency?: Consistency | undefined;
  readonly log: (line: string) => void;
  readonly interruption: Interruption;
  /** Waits until what these statements create is built. */
  readonly awaitBuilds: (statements: readonly MigrationStatement[]) => Promise<void>;
}

/** @throws {MigrationError} if a statement fails, or nobody can say whether it is applied */
export async function applyOneMigration(
  session: Session,
  migration: Migration,
  { entry, record, keyspace, lease, log, consistency, interruption, awaitBuilds }:
    ApplyMigrationOptions,
): Promise<void> {
  const { statements, path } = migration;
  const done = entry?.applied ?? 0;
  assertResumable(migration, entry);
  await awaitAgreement(session, await session.agreesOnSchema());
  // A file that has failed may go on under another name, or give way to another migration.
  if (entry?.name !== migration.name) await recording(record.start());
  for (const [index, statement] of statements.entries()) {
    if (index < done) continue;
    const number = index + 1;
    // The start of an index's build can stop the build of a view of the same table, until the node restarts.
    if (buildsSomething([statement])) await awaitBuilds(statements.slice(0, index));
    interruption.assertNone(`statement ${number} of ${statements.length} of "${path}"`);
    const checksum = prefixChecksum(migration, number);
    record.times.followClock();
    await recording(lease.renew());
    await assertClock(session);
    const { head } = statement;
    const look = () => findChange(session, { head, keyspace });
    const inDoubt = entry?.attempted === number;
    let agreed = true;
    if (inDoubt && await isApplied(session, statement, { migration, number, keyspace })) {
      log(`Statement ${number} of "${path}" is applied already: it is not repeated`);
    } else {
      if (writesRows(statement)) {
        await assertTimely(session, migration, { number, record, keyspace });
      }
      let writeTime = inDoubt ? record.attemptedAt : null;
      // An object that exists before the first attempt belongs to somebody else; the server decides about it.
      if (!inDoubt && await look() !== "there") {
        writeTime = await recording(
          record.intend({ attempted: number, attemptedChecksum: checksum }),
        );
      }
      agreed = await applyStatement(session, migration, {
        index,
        record,
        writeTime,
        consistency,
        log,
        // The statement of a process that has stopped can still arrive while this one looks.
        isSettled: async (error) => {
          if (!inDoubt || !isDefinite(error)) return false;
          const change = await look();
          return change === "unknown" ? isAppliedBefore(head, error) : change === "there";
        },
      });
    }
    // Recorded first: the statement is applied, whether or not every node knows of it yet.
    await recording(record.statement({ applied: number, appliedChecksum: checksum }));
    await awaitAgreement(session, agreed);
  }
}

/**
 * Whether a statement that was about to be sent is applied.
 *
 * @throws {MigrationError} if only a person can tell
 */
export async function isApplied(
  session: Session,
  statement: MigrationStatement,
  { migration, number, keyspace }: {
    readonly migration: Migration;
    readonly number: number;
    readonly keyspace: string;
  },
): Promise<boolean> {
  const change = await findChange(session, { head: statement.head, keyspace });
  if (change !== "unknown") return change === "there";
  if (await mayBeSentAgain(session, statement, keyspace)) return false;
  throw new MigrationError(
    `Cannot resume "${migration.path}": a "migrate" stopped at its statement ${number}, and the schema ` +
      `does not say whether it was applied\n${quoted(statement)}\n` +
      `  Look, then ${resolveHelp(migration, number)}`,
  );
}

/** @returns whether the nodes agree on the schema after it */
async function applyStatement(
  session: Session,
  migration: Migration,
  { index, record, writeTime, consistency, log, isSettled }: {
    readonly index: number;
    readonly record: MigrationRecord;
    /** Of the rows that it writes, in microseconds: when it was first sent. */
    readonly writeTime: number | null;
    readonly consistency: Consistency | undefined;
    readonly log: (line: string) => void;
    /** Whether the statement is applied although it failed. */
    readonly isSettled: (error: unknown) => Promise<boolean>;
  },
): Promise<boolean> {
  const { statements, path } = migration;
  const statement = statements[index]!;
  try {
    const { agreed, applied } = await session.run(statement.cql, {
      timeoutMs: DDL_TIMEOUT_MS,
      consistency,
      ...(writesRows(statement) && writeTime !== null ? { writeTime } : {}),
    });
    if (!applied) {
      log(`Statement ${index + 1} of "${path}" has changed nothing: its condition did not hold`);
    }
    return agreed;
  } catch (cause) {
    if (await isSettled(cause)) return await session.agreesOnSchema();
    if (!isDefinite(cause)) {
      throw new MigrationError(
        `Cannot say whether statement ${
          index + 1
        } of ${statements.length} of "${path}" is applied: ${connectionFailure(cause)}\n${
          quoted(statement)
        }\n` +
          `  ${index === 0 ? "" : `${whatStays(index)}. `}Leave this statement as it is, and run ` +
          '"deno task migrate" again, which looks whether it is applied and continues from there.\n' +
          `  To change it, look, then ${resolveHelp(migration, index + 1)}`,
        { cause },
      );
    }
    await recording(record.retract());
    const advice = cause instanceof Error ? featureAdvice(cause.message) : null;
    throw new MigrationError(
      `Cannot apply statement ${index + 1} of ${statements.length} of "${path}": ${
        connectionFailure(cause)
      }\n${quoted(statement)}\n` +
        (advice === null ? "" : `  ${advice}\n`) +
        `  ${whatStays(index)}. Fix this statement and run "deno task migrate" again, ` +
        "which continues from here",
      { cause },
    );
  }
}

function quoted({ cql }: MigrationStatement): string {
  return cql.replace(/^/gm, "  | ");
}

function whatStays(count: number): string {
  if (count === 0) return "No statement of this file is applied";
  return count === 1
    ? "The statement before it stays applied"
    : `The ${count} statements before it stay applied`;
}

function resolveHelp(migration: Migration, number: number): string {
  const place = statementPlace(migration, number);
  return `run "deno task migrate --resolve ${place} applied" if it was applied, ` +
    `or "--resolve ${place} again" if not`;
}
