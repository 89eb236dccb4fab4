/**
 * `limit` and `cursor`: what they mean, which mistakes they can have, and what OpenAPI says about them.
 * `seal_cursor.ts` owns the content of a cursor.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { PAGE_PARAMETERS } from "../../catalog/parse/params.ts";
import type { Page } from "../../catalog/query.ts";
import { type InputError, ServiceError } from "../../errors/service_error.ts";
import type { OwnParams } from "../input/own_params.ts";

/** The page that a request asks for. */
export interface PageParams {
  /** Rows at most. */
  readonly size: number;
  /** As the client sent it; null for the first page. */
  readonly cursor: string | null;
}

/** The parameters of a route that answers page by page. */
export function pageParams({ size, max }: Page): OwnParams<PageParams> {
  return {
    names: PAGE_PARAMETERS,
    read: (query, errors) => ({
      size: readLimit(query, { size, max }, errors),
      cursor: readCursor(query, errors),
    }),
  };
}

/** Of a route whose statement Cassandra answers all at once: there is one page, and nothing to ask for. */
export function onlyPage({ size }: Page): OwnParams<PageParams> {
  return { names: [], read: () => ({ size, cursor: null }) };
}

/** Of a stream, which has no pages: it knows the parameters only to say why it takes none. */
export const STREAM_PARAMS: OwnParams<null> = {
  names: PAGE_PARAMETERS,
  read(query, errors) {
    for (const name of PAGE_PARAMETERS) {
      if (!query.has(name)) continue;
      errors.push({
        pointer: `/query/${name}`,
        detail: "A stream has no pages: leave it out, or ask for application/json",
      });
    }
    return null;
  },
};

/** The thrown error; for a cursor that cannot be used, with its place. */
export function pointToCursor(thrown: unknown): unknown {
  if (!(thrown instanceof ServiceError) || thrown.code !== "invalid_cursor") return thrown;
  const detail = "Expected a cursor that was issued for this request";
  return thrown.withErrors([{ pointer: "/query/cursor", detail }]);
}

/** The parameters as OpenAPI describes them. */
export function describePageParams({ size, max }: Page): Record<string, z.ZodType<unknown>> {
  return {
    limit: z.int().min(1).max(max).optional().openapi({
      description: "Rows in a page",
      default: size,
    }),
    cursor: z.string().optional().openapi({ description: "`next_cursor` of the page before" }),
  };
}

function readLimit(query: URLSearchParams, { size, max }: Page, errors: InputError[]): number {
  const texts = query.getAll("limit");
  if (texts.length === 0) return size;
  if (texts.length > 1) {
    errors.push({ pointer: "/query/limit", detail: "Expected it once" });
    return NaN;
  }
  const limit = /^\d{1,9}$/.test(texts[0]!) ? Number(texts[0]) : NaN;
  if (!(limit >= 1 && limit <= max)) {
    errors.push({ pointer: "/query/limit", detail: `Expected an integer from 1 to ${max}` });
  }
  return limit;
}

function readCursor(query: URLSearchParams, errors: InputError[]): string | null {
  const [cursor = null, ...others] = query.getAll("cursor");
  if (others.length > 0) errors.push({ pointer: "/query/cursor", detail: "Expected it once" });
  return cursor;
}
