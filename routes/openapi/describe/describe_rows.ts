/**
 * The answers of reads: a row or the content of one, a page of rows, and all of them as a stream.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { orNull } from "../../../codec/or_null.ts";
import type { Schema } from "../../../codec/parts/format.ts";
import {
  mayHaveNullMembers,
  type PreparedColumn,
  type PreparedQuery,
} from "../../../db/prepare/prepared_query.ts";
import type { RowSchemaName } from "../name_schemas.ts";
import { describeCache } from "./describe_cache.ts";
import { withNullMembers } from "./describe_computed.ts";
import { withMask } from "./describe_mask.ts";
import { rawContent } from "./describe_raw.ts";
import { rowStreams, STREAM_TYPES } from "./describe_streams.ts";

/** The answers of a `:one` query that finds a row. */
export function rowResponses(
  { query }: PreparedQuery,
  row: RowSchemaName,
): RouteConfig["responses"] {
  const answer = query.raw === null
    ? { description: "The row", content: { "application/json": { schema: rowSchema(row) } } }
    : rawContent(query.raw);
  const caching = describeCache(query);
  if (query.etag === null) {
    return { 200: query.cache === null ? answer : { ...answer, headers: z.object(caching) } };
  }
  return {
    200: {
      ...answer,
      headers: z.object({
        ETag: z.string().optional().openapi({
          description:
            `The column \`${query.etag.column}\`, and a digest of whatever else decides the answer; absent if the column is null`,
        }),
        ...caching,
      }),
    },
    // To a POST, it is 412 (RFC 9110, section 13.1.2).
    ...(query.route?.method === "GET"
      ? { 304: { description: "The caller already has the current row" } }
      : {}),
  };
}

/** The answers of a `:many` query. */
export function pageResponses(
  { query }: PreparedQuery,
  row: RowSchemaName,
): RouteConfig["responses"] {
  return {
    200: {
      description: `A page of rows. With ${STREAM_TYPES} in \`Accept\`: all rows, as a stream` +
        (query["max-rows"] === null ? "" : `, of ${query["max-rows"]} rows at most`),
      content: {
        "application/json": {
          schema: z.object({
            items: z.array(rowSchema(row)),
            next_cursor: z.string().nullable().openapi({
              description: "Where the next page begins; null on the last one",
            }),
          }).openapi(row.page),
        },
      },
      ...rowStreams(row.name),
      headers: z.object({
        // As `respond/modes/many.ts` sends it.
        ...(query.route?.method === "GET"
          ? {
            Link: z.string().optional().openapi({ description: 'The next page, as `rel="next"`' }),
          }
          : {}),
        ...describeCache(query),
      }),
    },
  };
}

/** The schema of a row. */
function rowSchema({ name, columns }: RowSchemaName): z.ZodType<unknown> {
  return z.object(Object.fromEntries(
    columns.map(({ name, codec, nullable, computed, mask }) => {
      const schema = outputOf({ codec, computed });
      return [name, withMask(nullable ? orNull(schema) : schema, mask)];
    }),
  )).openapi(name);
}

function outputOf(
  { codec, computed }: Pick<PreparedColumn, "codec" | "computed">,
): z.ZodType<unknown> {
  if (!computed || !mayHaveNullMembers(codec.type)) return codec.output;
  return codec.output.meta({ ...withNullMembers(codec.output.meta() as unknown as Schema) });
}
