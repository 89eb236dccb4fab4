/**
 * Waits until Cassandra has built the indexes and views that a migration creates. Cassandra builds them from the
 * rows that are there after it has answered, each node for itself: until then, a query on the index fails, and the
 * view answers without some of its rows, as if they did not exist.
 *
 * @module
 */
import type { DdlHead } from "../../../catalog/statement/ddl_head.ts";
import { isForbidden, isRefusal } from "../../driver/failures/refusal.ts";
import type { Session } from "../../driver/session.ts";
import { buildsSomething } from "../files/builds_something.ts";
import { type Migration, MigrationError } from "../files/migrations.ts";

/** What each node builds for itself. */
interface Build {
  readonly kind: "index" | "view";
  readonly keyspace: string;
  readonly name: string;
}

/** What a node has built: a table that only it has. In `IndexInfo` the keyspace is called `table_name`. */
const BUILT = {
  index: {
    table: 'system."IndexInfo"',
    cql: 'SELECT index_name AS name FROM system."IndexInfo" WHERE table_name = ?',
  },
  view: {
    table: "system.built_views",
    cql: "SELECT view_name AS name FROM system.built_views WHERE keyspace_name = ?",
  },
} as const;

const UNTIL_THEN =
  "until it is built, a query on an index fails, and a view answers without some of its rows";

/** Tables without rows are built at once. */
const FIRST_LOOK_MS = 100;
const LOOK_AGAIN_MS = 2_000;
const SAY_FIRST_MS = 5_000;
const SAY_AGAIN_MS = 30_000;

interface AwaitBuildsOptions {
  /** Of names without one. */
  readonly keyspace: string;
  /** How long they may take; 0 to say only what is not built. */
  readonly patienceMs: number;
  readonly log: (line: string) => void;
  /** Whether to go on waiting for what it is told: throws if not. */
  readonly beforeLook: (what: string) => Promise<void>;
}

/**
 * Waits for each node that is up, of the local data centre.
 *
 * @throws {MigrationError} if something is not built in time
 * @throws the driver's errors where the cluster cannot be asked what there is
 */
export async function awaitBuilds(
  session: Pick<Session, "query" | "askEachNode">,
  migration: Pick<Migration, "path" | "statements">,
  { keyspace, patienceMs, log, beforeLook }: AwaitBuildsOptions,
): Promise<void> {
  if (!buildsSomething(migration.statements)) return;
  const startedAt = performance.now();
  let saysAt = SAY_FIRST_MS;
  let pauseMs = FIRST_LOOK_MS;
  for (const build of await buildsOf(session, migration, keyspace)) {
    const what = `${build.kind} "${build.name}"`;
    for (;;) {
      const missing = await nodesWithout(session, build);
      if (missing === null) {
        log(
          `Warning: cannot see whether Cassandra has built ${what}: the role may not read ${
            BUILT[build.kind].table
          }. Grant it SELECT on that table`,
        );
        break;
      }
      if (missing.length === 0) break;
      const where = missing.join(", ");
      const waitedMs = performance.now() - startedAt;
      if (patienceMs === 0) {
        log(`Cassandra is still building ${what} on ${where}: ${UNTIL_THEN}`);
        break;
      }
      if (waitedMs >= patienceMs) {
        throw new MigrationError(
          `Cannot finish "${migration.path}": what it has applied stays, but Cassandra has not built ${what} ` +
            `on ${where} yet\n  Run "deno task migrate" again to go on waiting, or with "--wait-for-builds 0s" to ` +
            `finish without it: ${UNTIL_THEN}. A build that has failed is in the node's log`,
        );
      }
      if (waitedMs >= saysAt) {
        saysAt = waitedMs + SAY_AGAIN_MS;
        log(`Waiting: Cassandra is building ${what} on ${where}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 2, LOOK_AGAIN_MS);
      await beforeLook(`Cassandra has built ${what}`);
    }
  }
}

/** What a migration has created, and is still there. */
async function buildsOf(
  session: Pick<Session, "query">,
  { statements }: Pick<Migration, "statements">,
  keyspace: string,
): Promise<readonly Build[]> {
  const builds = await Promise.all(statements.map(({ head }) => buildOf(session, head, keyspace)));
  const byName = new Map(
    builds.flat().map((build) => [`${build.kind} ${build.keyspace}.${build.name}`, build]),
  );
  return [...byName.values()];
}

async function buildOf(
  session: Pick<Session, "query">,
  head: DdlHead,
  ownKeyspace: string,
): Promise<readonly Build[]> {
  if (head.kind !== "create") return [];
  const { object } = head;
  if (object.kind === "view") {
    const keyspace = object.name.keyspace?.name ?? ownKeyspace;
    const { name } = object.name.name;
    const rows = await session.query(
      "SELECT view_name FROM system_schema.views WHERE keyspace_name = ? AND view_name = ?",
      [keyspace, name],
    );
    return rows.length > 0 ? [{ kind: "view", keyspace, name }] : [];
  }
  if (object.kind !== "index" || object.table === null) return [];
  const keyspace = object.table.keyspace?.name ?? ownKeyspace;
  const table = object.table.name.name;
  const rows = await session.query(
    "SELECT index_name FROM system_schema.indexes WHERE keyspace_name = ? AND table_name = ?",
    [keyspace, table],
  );
  return rows.map(({ index_name }) => String(index_name))
    // Cassandra has made up a missing name.
    .filter((name) => object.name === null ? isMadeUp(name, table) : name === object.name.name.name)
    .map((name) => ({ kind: "index", keyspace, name }));
}

/** `<table>_<column>_idx`, with a number if that is taken. */
function isMadeUp(name: string, table: string): boolean {
  return name.startsWith(`${table}_`) && /_idx(?:_\d+)?$/.test(name);
}

/** The nodes that have not built it, or do not say; null if the role may not ask. */
async function nodesWithout(
  session: Pick<Session, "askEachNode">,
  { kind, keyspace, name }: Build,
): Promise<readonly string[] | null> {
  try {
    const answers = await session.askEachNode(BUILT[kind].cql, [keyspace]);
    if (answers.length === 0) return ["every node"];
    return answers.filter(({ rows }) => !rows?.some((row) => row.name === name))
      .map(({ address }) => address);
  } catch (error) {
    if (!isRefusal(error)) return ["every node"];
    if (isForbidden(error)) return null;
    throw error;
  }
}
