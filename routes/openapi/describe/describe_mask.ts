/**
 * What the document says about a masked value: who sees it, and what other callers get in its place.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { MaskKind } from "../../../catalog/query.ts";
import type { ColumnMask } from "../../../db/prepare/column_mask.ts";
import { REDACTED } from "../../../db/prepare/rows/conceal.ts";

const INSTEAD: Readonly<Record<MaskKind, string>> = {
  null: "null",
  redact: `"${REDACTED}"`,
  last4: `"${REDACTED}" and its last four characters`,
  hash: "a hash",
};

/** The schema of a value, with who sees it. */
export function withMask(schema: z.ZodType<unknown>, mask: ColumnMask | null): z.ZodType<unknown> {
  if (mask === null) return schema;
  const meta = schema.meta() ?? {};
  const scopes = mask.unless.map((scope) => `\`${scope}\``).join(" and ");
  const said = `Without the ${
    mask.unless.length === 1 ? "scope" : "scopes"
  } ${scopes}, callers get ${INSTEAD[mask.with]} in its place`;
  const description = meta.description === undefined ? said : `${meta.description}. ${said}`;
  return schema.meta({ ...meta, description });
}
