/**
 * `deno task check`: reads `cql/` and reports every mistake. With `CASSANDRA_CONTACT_POINTS` set it
 * also prepares every query there, which finds what only the server knows, then exits.
 *
 * @module
 */
import { CatalogError } from "../catalog/diagnose.ts";
import { loadCatalog } from "../catalog/load.ts";
import { type Config, readConfig } from "../config.ts";
import { activate } from "../db/activate.ts";
import { MigrationError, readMigrations } from "../db/migrations.ts";
import { withSession } from "./with_session.ts";

/** What was checked, in words. */
export async function check(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const cqlDir = env.CQL_DIR || "./cql";
  const [catalog, schema] = await Promise.allSettled([loadCatalog(cqlDir), readMigrations(cqlDir)]);
  const failures = [catalog, schema].filter((result) => result.status === "rejected");
  if (failures.length > 0) throw combine(failures.map(({ reason }) => reason));
  if (catalog.status === "rejected" || schema.status === "rejected") throw new TypeError();
  const { length: queries } = catalog.value;
  const { length: migrations } = schema.value;
  const counts = `${queries} ${queries === 1 ? "query" : "queries"} and ` +
    `${migrations} ${migrations === 1 ? "migration" : "migrations"}`;
  if (!env.CASSANDRA_CONTACT_POINTS && !env.CASSANDRA_SECURE_BUNDLE) {
    return `Checked ${counts} by their text: set CASSANDRA_CONTACT_POINTS to prepare them too`;
  }
  const config: Config = readConfig(env, { serves: false });
  const input = { queries: catalog.value, migrations: schema.value, keyspace: config.keyspace };
  await withSession(config, config.keyspace, (session) => activate(session, input));
  return `Checked ${counts} by their text, and prepared every query on ${config.contactPoints}`;
}

function combine(reasons: unknown[]): unknown {
  const known = reasons.filter((reason) =>
    reason instanceof CatalogError || reason instanceof MigrationError
  );
  if (known.length < reasons.length || known.length === 1) return reasons[0];
  return new Error(known.map((reason) => reason.message).join("\n\n"));
}

if (import.meta.main) {
  try {
    console.log(await check(Deno.env.toObject()));
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
