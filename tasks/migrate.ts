/**
 * `deno task migrate`: brings the cluster's schema to what `cql/migrations` says. `--plan` only says what
 * it would do, `status` how far the cluster is, and `--resolve` takes a person's word for whether a statement
 * was applied, if nobody else knows.
 *
 * @module
 */
import { type Config, readConfig } from "../config/config.ts";
import { settingWarnings } from "../config/unknown_settings.ts";
import { createKeyspace, missingKeyspaceCql } from "../db/migrate/keyspace/create_keyspace.ts";
import { describeStatus } from "../db/migrate/record/describe_status.ts";
import { assertNotExample } from "../db/migrate/keyspace/example_project.ts";
import { readHistory } from "../db/migrate/record/history_table.ts";
import { Interruption } from "../db/migrate/lease/interruption.ts";
import { applyMigrations } from "../db/migrate/migrate.ts";
import { type Migration, readMigrations } from "../db/migrate/files/migrations.ts";
import { planMigrations } from "../db/migrate/plan.ts";
import { recording } from "../db/migrate/record/recording.ts";
import { resolveStatement } from "../db/migrate/resolve.ts";
import { NO_MIGRATIONS } from "../db/migrate/record/schema_version.ts";
import { onStopRequest } from "../server/stop_requests.ts";
import { type MigrateArguments, readMigrateArguments } from "./migrate_arguments.ts";
import { projectFolder } from "./project_folder.ts";
import { heedHelp } from "./usage.ts";
import { withSession } from "./with_session.ts";

export interface MigrateOptions extends Partial<MigrateArguments> {
  readonly log: (line: string) => void;
  /** Told about files that are left out although they look intended. */
  readonly warn?: (message: string) => void;
  /** How long the lease outlives a process that was killed. Default: `LEASE_SECONDS`. */
  readonly leaseSeconds?: number;
  /** The machine or the pod of this process, for those who wait for it. Default: unknown. */
  readonly host?: string | undefined;
  /** Stops the run if a signal asks for that. Default: none does. */
  readonly interruption?: Interruption;
}

/** As a shell has them: 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/**
 * @throws {MigrationError | CatalogError} saying what to put right
 * @throws {Error} if the cluster cannot be reached
 */
export async function migrate(config: Config, options: MigrateOptions): Promise<void> {
  const { log, warn = () => {}, command = "apply", waitMs = 0, resolution = null } = options;
  const buildWaitMs = options.buildWaitMs ?? undefined;
  const { keyspace } = config;
  const folder = projectFolder(config.cqlDir);
  const found = await readMigrations(config.cqlDir, { keyspace, warn });
  if (found === null) log(NO_MIGRATIONS);
  const migrations = found ?? [];
  const to = knownVersion(options.to ?? null, migrations);
  // What a process in another data centre has recorded must be seen here.
  const settings: Config = { ...config, consistency: "QUORUM" };
  const waiting = { waitMs, log };
  if (command === "plan" || command === "status") {
    return await withSession(settings, { keyspace: null, ...waiting }, async (session) => {
      const history = await recording(readHistory(session, keyspace), "read the record of");
      if (command === "status") return describeStatus(migrations, history).forEach(log);
      if (await missingKeyspaceCql(session, config) !== null) {
        log(`Would create keyspace "${keyspace}"`);
      }
      await assertNotExample(session, migrations, { keyspace, folder });
      (await planMigrations(session, migrations, { history, keyspace, to })).forEach(log);
    });
  }
  await withSession(
    settings,
    { keyspace: null, ...waiting },
    (session) => createKeyspace(session, config),
  );
  const { leaseSeconds, host, interruption } = options;
  const work = { keyspace, log, leaseSeconds, host, interruption };
  // A keyspace that another process has just created may not be served yet.
  const longerMs = Math.max(waitMs, 10_000);
  await withSession(settings, { keyspace, waitMs: longerMs }, async (session) => {
    if (resolution !== null) {
      return await resolveStatement(session, migrations, { ...work, resolution });
    }
    await assertNotExample(session, migrations, { keyspace, folder });
    await applyMigrations(session, migrations, {
      ...work,
      to,
      buildWaitMs,
      consistency: rowLevel(config),
    });
  });
}

/**
 * The level of the rows that statements write: queries read at the service's own level, and have to see them. Where
 * that is less than a quorum of the data centre, its reads see them at once only if all replicas answered.
 */
function rowLevel({ consistency }: Config): Config["consistency"] {
  return consistency === "QUORUM" || consistency === "ALL" ? consistency : "LOCAL_QUORUM";
}

/** @throws {Error} if no migration has this version */
function knownVersion(to: number | null, migrations: readonly Migration[]): number {
  const last = migrations.at(-1)?.version ?? 0;
  if (to === null) return last;
  if (to >= 1 && to <= last) return to;
  throw new Error(`Cannot migrate to ${to}: this release has the migrations 1 to ${last}`);
}

if (import.meta.main) {
  heedHelp("migrate");
  try {
    const options = readMigrateArguments(Deno.args);
    const env = Deno.env.toObject();
    let exitCode = 1;
    const interruption = new Interruption(() => Deno.exit(exitCode));
    // Without a listener, the first process of a container does not even notice a signal.
    onStopRequest(["SIGINT", "SIGTERM"], (signal) => {
      exitCode = EXIT_CODES[signal];
      interruption.request();
    });
    for (const warning of settingWarnings(env)) console.warn(`Warning: ${warning}`);
    const config = readConfig(env, { serves: false });
    console.log(`Project "${projectFolder(config.cqlDir)}", keyspace "${config.keyspace}"`);
    await migrate(config, {
      ...options,
      log: (line) => console.log(line),
      warn: (message) => console.warn(`Warning: ${message}`),
      host: env.HOSTNAME,
      interruption,
    });
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
