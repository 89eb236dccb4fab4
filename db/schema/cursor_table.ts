/**
 * The table of cursors that are too long for a URL, which keeps them for a day.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import type { Session, StatementOptions } from "../driver/session.ts";

const TABLE = "cqlgate_cursors";

export const CREATE_CURSORS =
  `CREATE TABLE IF NOT EXISTS ${TABLE} (id blob PRIMARY KEY, sealed blob)
  WITH comment = 'Cursors too long for a URL, for a day'`;

const INSERT = `INSERT INTO ${TABLE} (id, sealed) VALUES (:id, :sealed) USING TTL 86400`;
const SELECT = `SELECT sealed FROM ${TABLE} WHERE id = :id`;

const OPTIONS: StatementOptions = {
  consistency: null,
  serialConsistency: null,
  writes: true,
  idempotent: true,
  fetchSize: 1,
};

/** @throws {ServiceError} from both, where Cassandra cannot be asked */
export interface CursorTable {
  put(id: Buffer, sealed: Buffer): Promise<void>;
  /** Null for an id that is not there, or not any more. */
  get(id: Buffer): Promise<Buffer | null>;
}

export function createCursorTable(session: Session): CursorTable {
  return {
    async put(id, sealed) {
      await session.executeOwn(INSERT, [id, sealed], OPTIONS);
    },
    async get(id) {
      const { rows } = await session.executeOwn(SELECT, [id], { ...OPTIONS, writes: false });
      if (rows.length === 0) return null;
      const length = rows.body.readInt32BE(rows.offset);
      const start = rows.offset + 4;
      return rows.body.subarray(start, start + length);
    },
  };
}
