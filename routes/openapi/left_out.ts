/**
 * What a body may leave out, in the words of the OpenAPI document.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { clientNameOf } from "../../catalog/parse/client_name.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";

const DELETED = "If it is left out, the value of the column is deleted";

/** The schema of a value that is deleted where the body leaves it out. */
export function withAbsence(schema: z.ZodType<unknown>): z.ZodType<unknown> {
  const { description } = schema.meta() ?? {};
  return schema.meta({
    ...schema.meta(),
    description: description === undefined ? DELETED : `${description}. ${DELETED}`,
  });
}

/** The schema of a body that has to write something. */
export function withLeast<Schema extends z.ZodType<unknown>>(
  schema: Schema,
  { params, leastWritten }: Pick<PreparedQuery, "params" | "leastWritten">,
): Schema {
  if (leastWritten.length === 0) return schema;
  const body = params.map(({ param }) => param).filter(({ source }) => source.in === "body");
  const names = leastWritten.map((param) => `\`${clientNameOf(param)}\``).join(", ");
  const required = body.filter(({ optional, default: text }) => !optional && text === null);
  const isExact = body.length === required.length + leastWritten.length;
  return schema.openapi({
    description: leastWritten.length === 1 ? `Needs ${names}` : `Needs at least one of ${names}`,
    ...(isExact ? { minProperties: required.length + 1 } : {}),
  });
}
