/**
 * The preconditions that a route checks, as parameters in the OpenAPI document. A write refuses the others
 * (`input/preconditions.ts`).
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { PreparedQuery } from "../../../db/prepare/prepared_query.ts";

/** The header parameters of a query's route, by their names. */
export function describePreconditions(
  { query, condition }: Pick<PreparedQuery, "query" | "condition">,
): Record<string, z.ZodType<unknown>> {
  if (query.params.some(({ source }) => source.in === "if-match")) return { "If-Match": seenTag };
  if (query.etag !== null) return { "If-Match": wantedTags, "If-None-Match": knownTags };
  switch (condition?.checks) {
    case "exists":
      return { "If-Match": anyRow("There must be a row, which the route demands anyway") };
    case "not_exists":
      return { "If-None-Match": anyRow("There must be no row, which the route demands anyway") };
    default:
      return {};
  }
}

const seenTag = z.string().openapi({
  description: "The `ETag` of the row that the caller has seen, from a read or a write",
  example: '"1;k3Jd9wQx0aBc"',
  pattern: '^"[!#-~]*"$',
});
const wantedTags = z.string().optional().openapi({
  description: "The `ETag` that the row must have, from a read or a write",
  example: '"1;k3Jd9wQx0aBc"',
});
const knownTags = z.string().optional().openapi({
  description: "The `ETag` of the answer that the caller has",
  example: '"1;k3Jd9wQx0aBc"',
});

function anyRow(description: string): z.ZodType<unknown> {
  return z.literal("*").optional().openapi({ description, example: "*" });
}
