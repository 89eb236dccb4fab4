/**
 * What `@bulk` adds to a route's OpenAPI description.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import type { Bulk } from "../../../catalog/query.ts";
import { CSV, NDJSON } from "../../input/read_entries.ts";
import { uploadStreams } from "./describe_streams.ts";

/** The body: one input, an array of them, or as `x-streams` says it, NDJSON or CSV. */
export function bulkBody(input: z.ZodType<unknown>, name: string) {
  return {
    description: `One input, an array of them, as \`${NDJSON}\` one on each line, ` +
      `or as \`${CSV}\` one on each line after a line with the names of the columns`,
    content: { "application/json": { schema: z.union([input, z.array(input)]) } },
    ...uploadStreams(name),
  };
}

/** Adds the answer to many inputs to those to one. */
export function withBulkReport(
  responses: RouteConfig["responses"],
  { returning }: Bulk,
): RouteConfig["responses"] {
  const { 200: single } = responses;
  const lines = returning ? "each line" : "each line that was not written";
  const report = `For an array, NDJSON or CSV: ${lines}, and a summary`;
  const toOne = single === undefined || "$ref" in single ? null : single;
  return {
    ...responses,
    200: {
      ...toOne,
      description: toOne === null ? report : `${toOne.description}. ${report}`,
      content: {
        ...toOne?.content,
        [NDJSON]: { schema: returning ? returningSchema : reportSchema },
      },
    },
  };
}

const FAILURES =
  "For each line that was not written `line`, `code`, `detail` and, where they apply, " +
  "`errors` and `current`; ";
const SUMMARY =
  "at the end `summary`, with `read`, `written` and `failed`, and with `stopped` where " +
  "not all was read";

const reportSchema = z.string().openapi({
  description: `${FAILURES}${SUMMARY}`,
  example: '{"summary":{"read":2,"written":2,"failed":0}}\n',
});

const returningSchema = z.string().openapi({
  description:
    `${FAILURES}for each line that was written \`line\` and \`written\`, its values; ${SUMMARY}`,
  example: '{"line":1,"written":{}}\n{"summary":{"read":1,"written":1,"failed":0}}\n',
});
