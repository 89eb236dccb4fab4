/**
 * `:many`: a page of rows, and a cursor where there are more.
 *
 * @module
 */
import type { Page } from "../../catalog/query.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { createPageReader } from "../../db/run/pages.ts";
import { invalidInput } from "../../errors/invalid_input.ts";
import type { CursorBinding } from "../paging/seal_cursor.ts";
import { json, type Responder, type ResponderOptions } from "./responder.ts";

export function respondMany(
  prepared: PreparedQuery,
  { executor, cursors }: ResponderOptions,
): Responder {
  const { query } = prepared;
  const page = query.page!;
  const readPage = createPageReader(prepared, executor);
  return async ({ context, url, values }) => {
    const { identity, cassandra } = context.get("request");
    const binding: CursorBinding = {
      query: query.name,
      statement: query.statement,
      values: prepared.bind(values),
      caller: identity?.subject ?? "",
    };
    const size = readLimit(url.searchParams, page);
    const cursor = readCursor(url.searchParams);
    const { rows, next } = await readPage(values, {
      size,
      position: cursor === null ? null : await cursors.open(cursor, binding),
      stopwatch: cassandra,
    });
    const headers = { vary: "Accept" };
    if (next === null) return json({ items: rows, next_cursor: null }, { headers });
    const sealed = await cursors.seal(next, binding);
    url.searchParams.set("cursor", sealed);
    return json({ items: rows, next_cursor: sealed }, {
      headers: { ...headers, link: `<${url.pathname}${url.search}>; rel="next"` },
    });
  };
}

function readCursor(query: URLSearchParams): string | null {
  const [cursor = null, ...others] = query.getAll("cursor");
  if (others.length === 0) return cursor;
  throw invalidInput([{ pointer: "/query/cursor", detail: "Expected it once" }]);
}

function readLimit(query: URLSearchParams, { size, max }: Page): number {
  const texts = query.getAll("limit");
  if (texts.length === 0) return size;
  const limit = texts.length === 1 && /^\d{1,9}$/.test(texts[0]!) ? Number(texts[0]) : NaN;
  if (limit >= 1 && limit <= max) return limit;
  throw invalidInput([{
    pointer: "/query/limit",
    detail: `Expected an integer from 1 to ${max}`,
  }]);
}
