/**
 * `deno task check [--scratch] [--no-types]`: reads a project and reports every mistake of its queries, migrations
 * and hand-written routes, types included. With `CASSANDRA_CONTACT_POINTS` set it also prepares every
 * query there, which finds what only the server knows: on the keyspace as it is, or on one that is made
 * by the migrations for that purpose. Without types, no other process is run.
 *
 * @module
 */
import { suggest } from "../catalog/text/suggest.ts";
import { type Config, readConfig } from "../config/config.ts";
import { ConfigError } from "../config/config_error.ts";
import { SETTINGS } from "../config/settings.ts";
import { misspeltSettings, settingWarnings } from "../config/unknown_settings.ts";
import { opaqueWarnings } from "../db/prepare/opaque_warning.ts";
import { prepareQueries } from "../db/prepare/prepare.ts";
import { createCursorTable } from "../db/schema/cursor_table.ts";
import { assertSchemaVersion } from "../db/schema/schema_version.ts";
import { loadProject, type Project } from "../server/project.ts";
import { checkTypes } from "./check_types.ts";
import { prepareInScratch } from "./prepare_in_scratch.ts";
import { clusterOf, withSession } from "./with_session.ts";

export interface CheckOptions {
  readonly warn?: (message: string) => void;
  /** Whether the queries are prepared on a keyspace that the migrations make, and not on theirs. */
  readonly scratch?: boolean;
  /** Whether the types of hand-written routes are checked. Default: they are. */
  readonly types?: boolean;
}

/** What was checked, in words. */
export async function check(
  env: Readonly<Record<string, string | undefined>>,
  { warn = () => {}, scratch = false, types = true }: CheckOptions = {},
): Promise<string> {
  const cqlDir = env.CQL_DIR || "./cql";
  const keyspace = env.CASSANDRA_KEYSPACE || SETTINGS.keyspace.default;
  const { queries, migrations, routes } = await loadProject(cqlDir, {
    keyspace,
    warn,
    ...(types ? { inspect: (routes) => checkTypes(routes, cqlDir) } : {}),
  });
  const counts = list([
    count(queries.length, "query", "queries"),
    migrations === null ? "no migrations" : count(migrations.length, "migration", "migrations"),
    ...(routes.length === 0
      ? []
      : [count(routes.length, "hand-written route", "hand-written routes")]),
  ]);
  const how = types || routes.length === 0 ? "by their text" : "by their text, without types";
  if (!env.CASSANDRA_CONTACT_POINTS && !env.CASSANDRA_SECURE_BUNDLE) {
    const misspelt = misspeltSettings(env);
    if (misspelt.length > 0) throw new ConfigError(misspelt);
    if (scratch) {
      throw new Error("Cannot check in a scratch keyspace: set CASSANDRA_CONTACT_POINTS");
    }
    return `Checked ${counts} ${how}: set CASSANDRA_CONTACT_POINTS to prepare the queries too`;
  }
  const config: Config = readConfig(env, { serves: false });
  if (scratch) await prepareInScratch(config, { queries, migrations, warn });
  else await prepareOnKeyspace(config, { queries, migrations, warn });
  opaqueWarnings(queries).forEach(warn);
  const place = `${clusterOf(config)}${scratch ? ", on a keyspace that the migrations made" : ""}`;
  return `Checked ${counts} ${how}, and prepared every query on ${place}`;
}

/** Prepares the queries on the keyspace as it is, which must have the schema of the project. */
async function prepareOnKeyspace(
  config: Config,
  { queries, migrations, warn }: Pick<Project, "queries" | "migrations"> & {
    readonly warn: (message: string) => void;
  },
): Promise<void> {
  const { keyspace } = config;
  await withSession(config, keyspace, async (session) => {
    const notice = await assertSchemaVersion(session, { migrations, keyspace });
    if (notice !== null && migrations !== null) warn(notice);
    const obstacle = await createCursorTable(session, keyspace).findObstacle();
    if (obstacle !== null) warn(`Long cursors are not kept: ${obstacle}`);
    await prepareQueries(session, queries);
  });
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `a, b and c` */
function list(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), words.at(-1)].join(" and ");
}

if (import.meta.main) {
  const known = ["--scratch", "--no-types"];
  const unknown = Deno.args.find((arg) => !known.includes(arg));
  try {
    if (unknown !== undefined) {
      throw new Error(`Cannot check: unknown argument "${unknown}": ${suggest(unknown, known)}`);
    }
    const env = Deno.env.toObject();
    const warn = (message: string) => console.warn(`Warning: ${message}`);
    settingWarnings(env).forEach(warn);
    const scratch = Deno.args.includes("--scratch");
    const types = !Deno.args.includes("--no-types");
    console.log(await check(env, { warn, scratch, types }));
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
