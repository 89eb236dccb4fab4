/**
 * The table of cursors that are too long for a URL, which keeps them for a day. If the cluster does not have
 * it, or the role may not use it, no cursor is kept.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Consistency } from "../../catalog/query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import { isRefusal } from "../driver/failures/refusal.ts";
import type { Session } from "../driver/session.ts";
import type { StatementOptions } from "../driver/statements/statement_options.ts";
import { ownTableId } from "./own_table_id.ts";
import { CURSOR_TABLE, findOwnTables, qualify } from "./own_tables.ts";

/** Creates the table where it is missing. A cursor is found by its id, and sealed: the cluster cannot read it. */
export function cursorTableCql(keyspace: string): string {
  return `CREATE TABLE IF NOT EXISTS ${qualify(keyspace, CURSOR_TABLE)} (
    id blob PRIMARY KEY, sealed blob
  ) WITH id = ${
    ownTableId(keyspace, CURSOR_TABLE)
  } AND comment = 'Cursors too long for a URL, for a day'`;
}

/** At these levels of the project's own reads, a cursor that was just kept might not be found. */
const LOOSE_LEVELS: readonly Consistency[] = ["ONE", "TWO", "THREE", "LOCAL_ONE"];

const OPTIONS: Omit<StatementOptions, "consistency"> = {
  serialConsistency: null,
  writes: true,
  idempotent: true,
  fetchSize: 1,
};

export interface CursorTable {
  /**
   * Finds out whether cursors can be kept, which holds until it is asked again.
   *
   * @returns why they cannot; null if they can
   * @throws the driver's errors, or {ServiceError}, where the cluster cannot be asked
   */
  findObstacle(): Promise<string | null>;
  /**
   * @returns whether it is kept
   * @throws {ServiceError} if Cassandra cannot be asked
   */
  put(id: Buffer, sealed: Buffer): Promise<boolean>;
  /**
   * Null for an id that is not there, or not any more.
   *
   * @throws {ServiceError} if Cassandra cannot be asked
   */
  get(id: Buffer): Promise<Buffer | null>;
}

/** @param keyspace where the table is, whatever the session's keyspace */
export function createCursorTable(session: Session, keyspace: string): CursorTable {
  const table = qualify(keyspace, CURSOR_TABLE);
  const insert = `INSERT INTO ${table} (id, sealed) VALUES (:id, :sealed) USING TTL 86400`;
  const select = `SELECT sealed FROM ${table} WHERE id = :id`;
  let isUsable = true;
  /** Looks so far: of two at the same time, the later one counts. */
  let looks = 0;

  const write = (id: Buffer, sealed: Buffer) =>
    atLevelOf(
      session,
      (consistency) =>
        twice(() => session.executeOwn(insert, [id, sealed], { ...OPTIONS, consistency })),
    );
  const read = (id: Buffer) =>
    atLevelOf(session, async (consistency, missed) => {
      const options = { ...OPTIONS, consistency, writes: false };
      const result = await twice(() => session.executeOwn(select, [id], options));
      // It may be on the replicas that cannot be reached.
      if (result.rows.length === 0 && missed !== null) throw missed;
      return result;
    });

  return {
    async findObstacle() {
      const look = ++looks;
      isUsable = true;
      const obstacle = await findObstacle(session, keyspace, [
        () => write(NO_ID, NO_ID),
        () => read(NO_ID),
      ]);
      if (look === looks) isUsable = obstacle === null;
      return obstacle;
    },
    async put(id, sealed) {
      if (!isUsable) return false;
      return await orRefused(write(id, sealed).then(() => true), false);
    },
    async get(id) {
      if (!isUsable) return null;
      const result = await orRefused(read(id), null);
      if (result === null || result.rows.length === 0) return null;
      const { rows } = result;
      const length = rows.body.readInt32BE(rows.offset);
      const start = rows.offset + 4;
      return rows.body.subarray(start, start + length);
    },
  };
}

/**
 * Asks at a level at which a read finds what was written: at `LOCAL_QUORUM`, unless the session's own is as good.
 * While that level cannot be reached, the session's own has to do, as for the rows of the page.
 *
 * @param ask `missed`: why it is asked again, at the session's own level; null the first time
 */
async function atLevelOf<T>(
  session: Session,
  ask: (consistency: Consistency | null, missed: ServiceError | null) => Promise<T>,
): Promise<T> {
  if (!LOOSE_LEVELS.includes(session.consistency)) return await ask(null, null);
  try {
    return await ask("LOCAL_QUORUM", null);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== "unavailable") throw error;
    return await ask(null, error);
  }
}

// A key cannot be empty: the server says so, but only to a role with the right to do what was asked.
const NO_ID = Buffer.alloc(0);

async function findObstacle(
  session: Session,
  keyspace: string,
  attempts: readonly (() => Promise<unknown>)[],
): Promise<string | null> {
  const tables = await findOwnTables(session, keyspace);
  if (!tables.has(CURSOR_TABLE)) {
    return `there is no table "${CURSOR_TABLE}": "deno task migrate" creates it`;
  }
  for (const attempt of attempts) {
    const refusal = await attempt().then(() => null, (error: unknown) => refusalOf(error));
    if (refusal !== null) return refusal;
  }
  return null;
}

/**
 * The server's message about a statement that it refuses; null if it refuses only the values.
 *
 * @throws the error if it is about something else
 */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof ServiceError)) throw error;
  if (error.code === "invalid_input") return null;
  const isRefused = error.code === "schema_changed" || isRefusal(error.cause);
  if (!isRefused || !(error.cause instanceof Error)) throw error;
  return error.cause.message;
}

/** A table that was created again fits once its statement is prepared again. */
async function twice<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== "schema_changed") throw error;
    return await attempt();
  }
}

/**
 * The table, or the right to use it, may be gone since the last look; or somebody else has made the table, and
 * it cannot take our values.
 */
async function orRefused<T, F>(attempt: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await attempt;
  } catch (error) {
    refusalOf(error);
    return fallback;
  }
}
