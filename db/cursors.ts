/**
 * Cursors as clients get them: small enough for a URL, always. A paging state names the row that it
 * goes on after, so that it is as long as the keys of that row; one too long for a URL is kept in the
 * cluster for a day, sealed as it is, and the client gets its name.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { type CursorBinding, type CursorBox, invalidCursor } from "./cursor.ts";
import type { Session, StatementOptions } from "./session.ts";

export interface Cursors {
  /** A cursor for a position; safe in a URL, and at most 2,000 characters long. */
  seal(position: Buffer, binding: CursorBinding): Promise<string>;
  /** @throws {ServiceError} `invalid_cursor` for anything that was not sealed for this binding */
  open(cursor: string, binding: CursorBinding): Promise<Buffer>;
}

// A URL of 2,000 characters and its path pass every proxy that is in use.
const MAX_CHARACTERS = 2_000;
const ID_BYTES = 16;
// No cursor of the other kind begins so: base64url has no tilde.
const KEPT = "~";

const TABLE = "cqlgate_cursors";

/** Where long cursors are kept, for a day. */
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

export function createCursors(session: Session, box: CursorBox): Cursors {
  return {
    async seal(position, binding) {
      const sealed = box.seal(position, binding);
      if (sealed.length <= MAX_CHARACTERS) return sealed;
      const id = randomBytes(ID_BYTES);
      await session.executeOwn(INSERT, [id, Buffer.from(sealed)], OPTIONS);
      return `${KEPT}${id.toString("base64url")}`;
    },
    async open(cursor, binding) {
      if (!cursor.startsWith(KEPT)) return box.open(cursor, binding);
      const id = Buffer.from(cursor.slice(KEPT.length), "base64url");
      if (id.length !== ID_BYTES) throw invalidCursor();
      const { rows } = await session.executeOwn(SELECT, [id], { ...OPTIONS, writes: false });
      if (rows.length === 0) throw invalidCursor();
      const length = rows.body.readInt32BE(rows.offset);
      const start = rows.offset + 4;
      return box.open(rows.body.toString("latin1", start, start + length), binding);
    },
  };
}
