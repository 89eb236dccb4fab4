/**
 * `deno task check`: reads a project and reports every mistake of its queries, migrations and
 * hand-written routes, types included. With `CASSANDRA_CONTACT_POINTS` set it also prepares every query
 * there, which finds what only the server knows.
 *
 * @module
 */
import { type Config, readConfig } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { SETTINGS } from "../config/settings.ts";
import { misspeltSettings, settingWarnings } from "../config/unknown_settings.ts";
import { opaqueWarnings } from "../db/prepare/opaque_warning.ts";
import { prepareQueries } from "../db/prepare/prepare.ts";
import { createCursorTable } from "../db/schema/cursor_table.ts";
import { assertSchemaVersion } from "../db/schema/schema_version.ts";
import { loadProject } from "../server/project.ts";
import { checkTypes } from "./check_types.ts";
import { clusterOf, withSession } from "./with_session.ts";

/** What was checked, in words. */
export async function check(
  env: Readonly<Record<string, string | undefined>>,
  { warn = () => {} }: { readonly warn?: (message: string) => void } = {},
): Promise<string> {
  const cqlDir = env.CQL_DIR || "./cql";
  const keyspace = env.CASSANDRA_KEYSPACE || SETTINGS.keyspace.default;
  const { queries, migrations, routes } = await loadProject(cqlDir, {
    keyspace,
    warn,
    inspect: (routes) => checkTypes(routes, cqlDir),
  });
  const counts = list([
    count(queries.length, "query", "queries"),
    migrations === null ? "no migrations" : count(migrations.length, "migration", "migrations"),
    ...(routes.length === 0
      ? []
      : [count(routes.length, "hand-written route", "hand-written routes")]),
  ]);
  if (!env.CASSANDRA_CONTACT_POINTS && !env.CASSANDRA_SECURE_BUNDLE) {
    const misspelt = misspeltSettings(env);
    if (misspelt.length > 0) throw new ConfigError(misspelt);
    return `Checked ${counts} by their text: set CASSANDRA_CONTACT_POINTS to prepare the queries too`;
  }
  const config: Config = readConfig(env, { serves: false });
  await withSession(config, keyspace, async (session) => {
    const notice = await assertSchemaVersion(session, { migrations, keyspace });
    if (notice !== null && migrations !== null) warn(notice);
    const obstacle = await createCursorTable(session, keyspace).findObstacle();
    if (obstacle !== null) warn(`Long cursors are not kept: ${obstacle}`);
    await prepareQueries(session, queries);
  });
  const warnings = opaqueWarnings(queries).map((warning) => `Warning: ${warning}\n`).join("");
  return `${warnings}Checked ${counts} by their text, and prepared every query on ${
    clusterOf(config)
  }`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `a, b and c` */
function list(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), words.at(-1)].join(" and ");
}

if (import.meta.main) {
  try {
    const env = Deno.env.toObject();
    const warn = (message: string) => console.warn(`Warning: ${message}`);
    settingWarnings(env).forEach(warn);
    console.log(await check(env, { warn }));
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
