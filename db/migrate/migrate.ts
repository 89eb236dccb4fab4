/**
 * Applies the pending migrations, one process at a time, however many are started. Changes nothing if none are
 * pending, or if the cluster is ahead.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import type { Session } from "../driver/session.ts";
import { applyOneMigration } from "./apply/apply_migration.ts";
import { assertClock } from "./apply/assert_clock.ts";
import {
  assertNoConflicts,
  compareMigrations,
  describeNewer,
} from "./record/compare_migrations.ts";
import { createOwnTables, extendOwnTables } from "./keyspace/create_own_tables.ts";
import { readHistory } from "./record/history_table.ts";
import { openRecord } from "./record/migration_record.ts";
import { Interruption } from "./lease/interruption.ts";
import { acquireLease, type Lease } from "./lease/lease.ts";
import type { Migration } from "./files/migrations.ts";
import { recording } from "./record/recording.ts";
import { BuildPatience } from "./wait/build_patience.ts";
import { awaitBuilds } from "./wait/builds.ts";
import { whenServed } from "./wait/when_served.ts";

export interface ApplyOptions {
  readonly keyspace: string;
  /** Takes a line for each migration that was applied, about the process that has to be waited for, or why nothing was applied. */
  readonly log: (line: string) => void;
  /** Of the rows that statements write. Default: the session's. */
  readonly consistency?: Consistency | undefined;
  /** How long to wait for indexes and views to be built, altogether; 0 for none. Default: an hour. */
  readonly buildWaitMs?: number | undefined;
  /** The last version to apply. Default: all. */
  readonly to?: number | undefined;
  /** How long the lease outlives a process that was killed. Default: 30 seconds. */
  readonly leaseSeconds?: number | undefined;
  /** The machine or the pod of this process, for those who wait for it. Default: nobody says. */
  readonly host?: string | undefined;
  /** Where it stops if a signal asks for that. Default: none does. */
  readonly interruption?: Interruption | undefined;
}

/** What `withLease()` needs to know. */
export type LeaseWork = Pick<
  ApplyOptions,
  "keyspace" | "log" | "leaseSeconds" | "host" | "interruption"
>;

/**
 * Applies every pending migration.
 *
 * @param session one whose keyspace is `keyspace`, at a level that sees what other data centres wrote
 * @throws {MigrationError} if files and cluster contradict each other (nothing is applied then),
 * or a statement fails (what came before it is applied and recorded), or what it creates is not built in time
 */
export async function applyMigrations(
  session: Session,
  migrations: readonly Migration[],
  options: ApplyOptions,
): Promise<void> {
  const { keyspace, log, interruption = new Interruption(() => {}) } = options;
  if (await isAhead(session, migrations, options)) return;
  await recording(createOwnTables(session, keyspace));
  if ((await pendingOf(session, migrations, options)).length === 0) {
    log(`Keyspace "${keyspace}" is up to date`);
    return;
  }
  await withLease(session, { ...options, interruption }, async (lease) => {
    // Another process may have been at work until now.
    if (await isAhead(session, migrations, options)) return;
    const pending = await pendingOf(session, migrations, options);
    const patience = new BuildPatience(options.buildWaitMs);
    for (const migration of pending) {
      await applyOne(session, migration, { ...options, lease, interruption, patience });
    }
    if (pending.length === 0) log(`Keyspace "${keyspace}" is up to date`);
  });
}

/**
 * Does what only one process may do at a time.
 *
 * @throws {MigrationError} if the clock of this process is wrong
 */
export async function withLease<T>(
  session: Session,
  { keyspace, log, leaseSeconds, host, interruption = new Interruption(() => {}) }: LeaseWork,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  await session.compareClocks();
  await assertClock(session);
  const lease = await recording(
    acquireLease(session, { keyspace, log, seconds: leaseSeconds, host }),
  );
  return await interruption.during(async () => {
    try {
      await recording(extendOwnTables(session, keyspace));
      return await work(lease);
    } finally {
      await lease.release();
    }
  });
}

/** Whether a newer release has been here; says so. */
async function isAhead(
  session: Session,
  migrations: readonly Migration[],
  { keyspace, log }: ApplyOptions,
): Promise<boolean> {
  const history = await recording(
    whenServed(() => readHistory(session, keyspace)),
    "read the record of",
  );
  const status = compareMigrations(migrations, history);
  assertNoConflicts(status);
  const ahead = describeNewer(status, migrations);
  if (ahead !== null) log(`${ahead}: nothing is changed`);
  return ahead !== null;
}

async function pendingOf(
  session: Session,
  migrations: readonly Migration[],
  { keyspace, to = Infinity }: ApplyOptions,
): Promise<readonly Migration[]> {
  const history = await recording(
    whenServed(() => readHistory(session, keyspace)),
    "read the record of",
  );
  const { pending } = compareMigrations(migrations, history);
  return pending.filter(({ version }) => version <= to);
}

async function applyOne(
  session: Session,
  migration: Migration,
  { lease, keyspace, log, consistency, patience, interruption }:
    & Pick<ApplyOptions, "keyspace" | "log" | "consistency">
    & {
      readonly lease: Lease;
      readonly interruption: Interruption;
      readonly patience: BuildPatience;
    },
): Promise<void> {
  const startedAt = performance.now();
  const history = await recording(
    whenServed(() => readHistory(session, keyspace)),
    "read the record of",
  );
  const entry = history.find(({ version }) => version === migration.version) ?? null;
  const record = await recording(openRecord(session, keyspace, migration));
  const wait = (statements: Migration["statements"]) =>
    patience.spend((patienceMs) =>
      awaitBuilds(session, { ...migration, statements }, {
        keyspace,
        patienceMs,
        log,
        async beforeLook(what) {
          interruption.assertNone(what);
          await recording(lease.renew());
        },
      })
    );
  await applyOneMigration(session, migration, {
    entry,
    record,
    keyspace,
    lease,
    log,
    consistency,
    interruption,
    awaitBuilds: async (statements) => {
      if (!patience.isNone) await wait(statements);
    },
  });
  // Not finished before: new replicas are not ready until then, and the next process goes on waiting.
  await wait(migration.statements);
  const durationMs = performance.now() - startedAt;
  await recording(record.finish(durationMs));
  log(`Applied "${migration.path}" in ${Math.round(durationMs)} ms`);
}
