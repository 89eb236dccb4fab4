/**
 * The answers of writes: a status, the values that they tell, and where their row is.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { answerNameOf } from "../../../catalog/parse/client_name.ts";
import { orNull } from "../../../codec/or_null.ts";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { answeredParams, hasContent } from "../../respond/modes/written_values.ts";
import { withMask } from "./describe_mask.ts";

/**
 * The answers of an `:exec` or `:applied` query that succeeds.
 *
 * @param name of the schema of its values
 */
export function writeResponses(prepared: PreparedQuery, name: string): RouteConfig["responses"] {
  const { mode, status } = prepared.query;
  const description = mode === "applied" ? "Applied" : "Done";
  const schema = hasContent(prepared) ? writtenSchema(prepared, name) : null;
  return {
    [status!]: {
      description,
      ...headersOf(prepared),
      ...(schema === null ? {} : { content: { "application/json": { schema } } }),
    },
  };
}

function headersOf({ location, entityTag }: PreparedQuery) {
  if (location === null && entityTag === null) return {};
  const header = (description: string) => z.string().optional().openapi({ description });
  return {
    headers: z.object({
      ...(location === null ? {} : { Location: header("Where the row is read") }),
      ...(entityTag === null
        ? {}
        : { ETag: header("The version of the row as it is now, for `If-Match`") }),
    }),
  };
}

const appliedSchema = z.object({ applied: z.literal(true) }).openapi("Applied");

function writtenSchema(prepared: PreparedQuery, name: string): z.ZodType<unknown> {
  const isApplied = prepared.query.mode === "applied";
  const members = answeredParams(prepared).map(({ param, codec, nullable, mask }) => {
    const mayBeNull = nullable || mask?.with === "null";
    const schema = withMask(mayBeNull ? orNull(codec.output) : codec.output, mask);
    return [answerNameOf(param), param.optional ? schema.optional() : schema];
  });
  if (members.length === 0) return appliedSchema;
  const applied = isApplied ? { applied: z.literal(true) } : {};
  return z.object({ ...applied, ...Object.fromEntries(members) }).openapi(name);
}
