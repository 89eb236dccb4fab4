/**
 * Where a page begins: what a cursor continues, and what the next cursor will. A cursor belongs to one read: to
 * the query, its statement, the caller and the values of the request. Buckets of the request's own time are no
 * part of that, since the time of the next request is another. They are in the cursor instead, so that all
 * pages are of the first one's time.
 *
 * Layout of what is sealed: for each such bucket, in the order of the parameters, its length (2 bytes) and its
 * bytes; then the position. A query without any has the position alone.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { isGenerated } from "../../catalog/parse/generated.ts";
import type { Param } from "../../catalog/query.ts";
import { canonicalText } from "../../catalog/statement/canonical_text.ts";
import type { EncodedValues, PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Cursors } from "./cursors.ts";
import { type PageParams, pointToCursor } from "./page_params.ts";
import type { CursorBinding } from "./seal_cursor.ts";

/** The page that a request asks for. */
export interface PageStart {
  /** Rows at most. */
  readonly size: number;
  /** Null for the first page. */
  readonly position: Buffer | null;
}

/** What a request asks for, and the values that it is read with. */
export interface Started {
  readonly values: EncodedValues;
  readonly own: PageStart;
}

export interface PageStarts {
  /**
   * @param values of the request; where it continues, those of the first page replace buckets of its time
   * @throws {ServiceError} `invalid_cursor`
   */
  open(asked: Asked, caller: string): Promise<Started>;
  /** The cursor of a position in a read with these values. */
  seal(
    position: Buffer,
    read: { readonly values: EncodedValues; readonly caller: string },
  ): Promise<string>;
}

interface Asked {
  readonly values: EncodedValues;
  readonly own: PageParams;
}

export function createPageStarts(prepared: PreparedQuery, cursors: Cursors): PageStarts {
  const statement = statementOf(prepared);
  const hidesLength = prepared.masksKey;
  const timed = bucketsOfNow(prepared.query.params).map(({ name }) => name);
  const unbound = Object.fromEntries(timed.map((name) => [name, undefined]));
  function bindingOf(values: EncodedValues, caller: string): CursorBinding {
    return {
      query: prepared.query.name,
      statement,
      values: prepared.bind(timed.length === 0 ? values : { ...values, ...unbound }),
      caller,
    };
  }
  return {
    async open({ values, own: { size, cursor } }, caller) {
      if (cursor === null) return { values, own: { size, position: null } };
      const content = await cursors.open(cursor, bindingOf(values, caller)).catch((error) => {
        throw pointToCursor(error);
      });
      const { buckets, position } = split(content, timed);
      return { values: { ...values, ...buckets }, own: { size, position } };
    },
    seal(position, { values, caller }) {
      const content = Buffer.concat([...timed.flatMap((name) => framed(values[name])), position]);
      return cursors.seal(content, bindingOf(values, caller), { hidesLength });
    },
  };
}

/** The service makes no other values for a read. */
function bucketsOfNow(params: readonly Param[]): Param[] {
  return params.filter((each) => isGenerated(each, params));
}

const LENGTH_BYTES = 2;

function framed(bytes: Buffer | null | undefined): Buffer[] {
  if (!bytes) throw new TypeError("Cannot seal a cursor: a bucket has no value");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(bytes.length);
  return [length, bytes];
}

/** Nobody else makes what a cursor contains, so it has the buckets. */
function split(content: Buffer, timed: readonly string[]) {
  const buckets: Record<string, Buffer> = {};
  let at = 0;
  for (const name of timed) {
    const start = at + LENGTH_BYTES;
    at = start + content.readUInt16BE(at);
    buckets[name] = content.subarray(start, at);
  }
  return { buckets, position: content.subarray(at) };
}

/**
 * The read that a cursor continues: the statement without its comments and layout, the key of its table, the
 * way through its partitions, and which buckets are of the request's time. Replicas of two releases serve each
 * other's cursors.
 */
function statementOf({ query: { parsed, walk, params }, keyShape }: PreparedQuery): string {
  const parts: unknown[] = [canonicalText(parsed), keyShape];
  if (walk !== null) {
    const { bucket, by, unit, number, from, to, order } = walk;
    parts.push(bucket, by, unit, number, from, to, order);
  }
  for (const { name, source } of bucketsOfNow(params)) {
    if (source.in === "bucket") parts.push(name, source.by, source.number);
  }
  return JSON.stringify(parts);
}
