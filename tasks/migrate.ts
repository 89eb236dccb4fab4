/**
 * `deno task migrate [--plan]`: brings the cluster's schema to what `cql/migrations` says, or only
 * tells what it would do.
 *
 * @module
 */
import { type Config, readConfig } from "../config/config.ts";
import { settingWarnings } from "../config/unknown_settings.ts";
import { compareMigrations, readHistory } from "../db/schema/history.ts";
import { applyMigrations, conflictError, createKeyspace } from "../db/schema/migrate.ts";
import { readMigrations } from "../db/schema/migrations.ts";
import { withSession } from "./with_session.ts";

export interface MigrateOptions {
  log(line: string): void;
  /** Only tell. */
  readonly plan?: boolean;
}

/**
 * @throws {MigrationError} saying what to put right
 * @throws {Error} where the cluster cannot be reached
 */
export async function migrate(config: Config, options: MigrateOptions): Promise<void> {
  const { keyspace } = config;
  const migrations = await readMigrations(config.cqlDir);
  if (options.plan) {
    return await withSession(config, null, async (session) => {
      const history = await readHistory(session, keyspace) ?? [];
      const { pending, conflicts } = compareMigrations(migrations, history);
      if (conflicts.length > 0) throw conflictError(conflicts);
      for (const { path, statements } of pending) {
        const count = statements.length === 1 ? "1 statement" : `${statements.length} statements`;
        options.log(`Would apply "${path}" (${count})`);
      }
      if (pending.length === 0) options.log(`Nothing to apply to keyspace "${keyspace}"`);
    });
  }
  await withSession(config, null, (session) => createKeyspace(session, config));
  await withSession(config, keyspace, async (session) => {
    const applied = await applyMigrations(session, migrations, { keyspace, log: options.log });
    if (applied.length === 0) options.log(`Keyspace "${keyspace}" is up to date`);
  });
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
      plan: Deno.args.includes("--plan"),
    });
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
