/**
 * `deno task check`: reads `cql/` and reports every mistake. With `CASSANDRA_CONTACT_POINTS` set it
 * also prepares every query there, which finds what only the server knows, then exits.
 *
 * @module
 */
import { loadCatalog } from "../catalog/load.ts";
import type { Query } from "../catalog/query.ts";
import { CatalogError } from "../catalog/text/diagnose.ts";
import { type Config, readConfig } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { misspeltSettings, settingWarnings } from "../config/unknown_settings.ts";
import { prepareQueries } from "../db/prepare/prepare.ts";
import { type Migration, MigrationError, readMigrations } from "../db/schema/migrations.ts";
import { assertSchemaVersion } from "../db/schema/schema_version.ts";
import { clusterOf, withSession } from "./with_session.ts";

/** What was checked, in words. */
export async function check(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const cqlDir = env.CQL_DIR || "./cql";
  const { queries, migrations } = await readAll(cqlDir);
  const counts = `${queries.length} ${queries.length === 1 ? "query" : "queries"} and ` +
    `${migrations.length} ${migrations.length === 1 ? "migration" : "migrations"}`;
  if (!env.CASSANDRA_CONTACT_POINTS && !env.CASSANDRA_SECURE_BUNDLE) {
    const misspelt = misspeltSettings(env);
    if (misspelt.length > 0) throw new ConfigError(misspelt);
    return `Checked ${counts} by their text: set CASSANDRA_CONTACT_POINTS to prepare them too`;
  }
  const config: Config = readConfig(env, { serves: false });
  const { keyspace } = config;
  await withSession(config, keyspace, async (session) => {
    await assertSchemaVersion(session, { migrations, keyspace });
    await prepareQueries(session, queries);
  });
  return `Checked ${counts} by their text, and prepared every query on ${clusterOf(config)}`;
}

/** Reads queries and migrations; the mistakes of both are told at once. */
async function readAll(
  cqlDir: string,
): Promise<{ queries: readonly Query[]; migrations: readonly Migration[] }> {
  const [queries, migrations] = await Promise.allSettled([
    loadCatalog(cqlDir),
    readMigrations(cqlDir),
  ]);
  if (queries.status === "fulfilled" && migrations.status === "fulfilled") {
    return { queries: queries.value, migrations: migrations.value };
  }
  const reasons: unknown[] = [queries, migrations].flatMap((result) =>
    result.status === "rejected" ? [result.reason] : []
  );
  const mistakes = reasons.filter((reason) =>
    reason instanceof CatalogError || reason instanceof MigrationError
  );
  if (mistakes.length < 2) throw reasons[0];
  throw new Error(mistakes.map(({ message }) => message).join("\n\n"));
}

if (import.meta.main) {
  try {
    const env = Deno.env.toObject();
    for (const warning of settingWarnings(env)) console.warn(`Warning: ${warning}`);
    console.log(await check(env));
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
