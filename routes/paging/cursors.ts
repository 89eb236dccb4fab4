/**
 * Cursors as clients get them: small enough for a URL. A paging state names the row that it continues
 * after, so that it is as long as the keys of that row. A cursor too long for a URL is kept in the
 * cluster for a day, sealed as it is, and the client gets its name. The same page has the same name, so
 * that asking for it again writes no second row. Where the cluster keeps no cursors, the client gets the
 * whole of a long one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { CursorTable } from "../../db/schema/cursor_table.ts";
import { invalidCursor } from "../../errors/invalid_input.ts";
import { type CursorBinding, type CursorBox, NAME_BYTES, type SealOptions } from "./seal_cursor.ts";

export interface Cursors {
  /** A cursor for a position; safe in a URL, and at most 2,000 characters long where the table keeps long ones. */
  seal(position: Buffer, binding: CursorBinding, options?: SealOptions): Promise<string>;
  /** @throws {ServiceError} `invalid_cursor` for anything that was not sealed for this binding */
  open(cursor: string, binding: CursorBinding): Promise<Buffer>;
}

/** A URL of 2,000 characters and its path pass every proxy that is in use, and so does a header. */
const MAX_CURSOR_CHARACTERS = 2_000;
// The runtime takes no longer URL, so that no longer cursor was ever of use.
const MAX_URL_CHARACTERS = 65_536;
// No cursor of the other kind begins so: base64url has no tilde.
const KEPT = "~";

/** Makes cursors that the box seals; the table keeps the long ones. */
export function createCursors(table: Pick<CursorTable, "put" | "get">, box: CursorBox): Cursors {
  return {
    async seal(position, binding, options) {
      const sealed = box.seal(position, binding, options);
      if (sealed.length <= MAX_CURSOR_CHARACTERS) return sealed;
      const id = box.name(position, binding);
      const isKept = await table.put(id, Buffer.from(sealed));
      return !isKept ? sealed : `${KEPT}${id.toString("base64url")}`;
    },
    async open(cursor, binding) {
      if (cursor.length > MAX_URL_CHARACTERS) throw invalidCursor();
      if (!cursor.startsWith(KEPT)) return box.open(cursor, binding);
      const id = Buffer.from(cursor.slice(KEPT.length), "base64url");
      const isName = id.length === NAME_BYTES && `${KEPT}${id.toString("base64url")}` === cursor;
      const sealed = isName ? await table.get(id) : null;
      if (sealed === null) throw invalidCursor();
      return box.open(sealed.toString("latin1"), binding);
    },
  };
}
