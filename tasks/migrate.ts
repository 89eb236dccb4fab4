/**
 * `deno task migrate [--plan]`: brings the cluster's schema to what `cql/migrations` says, or only
 * says what it would do.
 *
 * @module
 */
import { type Config, readConfig } from "../config/config.ts";
import { settingWarnings } from "../config/unknown_settings.ts";
import {
  assertNoConflicts,
  compareMigrations,
  describeNewer,
} from "../db/migrate/compare_migrations.ts";
import { createKeyspace } from "../db/migrate/create_keyspace.ts";
import { readHistory } from "../db/migrate/history_table.ts";
import { applyMigrations } from "../db/migrate/migrate.ts";
import { readMigrations } from "../db/migrate/migrations.ts";
import { NO_MIGRATIONS } from "../db/migrate/schema_version.ts";
import { withSession } from "./with_session.ts";

export interface MigrateOptions {
  readonly log: (line: string) => void;
  /** Hears of files that are left out although they look as if they were meant. */
  readonly warn?: (message: string) => void;
  /** Only say what would be done. */
  readonly plan?: boolean;
}

/**
 * @throws {MigrationError | CatalogError} saying what to put right
 * @throws {Error} if the cluster cannot be reached
 */
export async function migrate(
  config: Config,
  { log, warn = () => {}, plan = false }: MigrateOptions,
): Promise<void> {
  const { keyspace } = config;
  const found = await readMigrations(config.cqlDir, { keyspace, warn });
  if (found === null) log(NO_MIGRATIONS);
  const migrations = found ?? [];
  if (plan) {
    return await withSession(config, null, async (session) => {
      const status = compareMigrations(migrations, await readHistory(session, keyspace));
      assertNoConflicts(status);
      const ahead = describeNewer(status, migrations);
      if (ahead !== null) log(ahead);
      for (const { path, statements } of status.pending) {
        const count = statements.length === 1 ? "1 statement" : `${statements.length} statements`;
        log(`Would apply "${path}" (${count})`);
      }
      if (status.pending.length === 0) log(`Nothing to apply to keyspace "${keyspace}"`);
    });
  }
  await withSession(config, null, (session) => createKeyspace(session, config));
  await withSession(
    config,
    keyspace,
    (session) => applyMigrations(session, migrations, { keyspace, log }),
  );
}

if (import.meta.main) {
  const unknown = Deno.args.filter((arg) => arg !== "--plan");
  try {
    if (unknown.length > 0) {
      throw new Error(`Cannot migrate: unknown argument "${unknown[0]}": only "--plan" is known`);
    }
    const env = Deno.env.toObject();
    for (const warning of settingWarnings(env)) console.warn(`Warning: ${warning}`);
    await migrate(readConfig(env, { serves: false }), {
      log: (line) => console.log(line),
      warn: (message) => console.warn(`Warning: ${message}`),
      plan: Deno.args.includes("--plan"),
    });
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
