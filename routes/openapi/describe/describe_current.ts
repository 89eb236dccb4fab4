/**
 * `current` in the problems of a write whose condition did not hold: the key that the caller sent, and
 * the columns that the query shows. Nothing else of the row is answered, and so nothing else described.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { orNull } from "../../../codec/or_null.ts";
import type { ConditionRow, PreparedCondition } from "../../../db/prepare/prepared_query.ts";
import { withMask } from "./describe_mask.ts";

/**
 * The schema of `current`; null for a route whose problems have none.
 *
 * @param name of the schema of a row
 */
export function currentSchema(
  condition: PreparedCondition | null,
  { isBatch, name }: { readonly isBatch: boolean; readonly name: string },
): z.ZodType<unknown> | null {
  if (condition === null || condition.checks === "exists") return null;
  const { rows, shown } = condition;
  const shownShape = Object.fromEntries(
    shown.map(({ shownAs, codec, mask }) => [shownAs, withMask(orNull(codec.output), mask)]),
  );
  const rowOf = (row: ConditionRow) => z.object({ ...keyShape(row), ...shownShape });
  if (!isBatch) {
    const row = rowOf(rows[0] ?? NOTHING).openapi(name);
    if (shown.length === 0) return row.meta({ description: "The key from the request" });
    const description =
      "The key and the visible columns of the current row; null if there is no row";
    return z.union([row, z.null()]).meta({ description });
  }
  const shapes = new Map(
    rows.map((row) => [row.keys.map(({ shownAs }) => shownAs).join(), rowOf(row)]),
  );
  const [first = rowOf(NOTHING), ...others] = shapes.values();
  const description = shown.length === 0
    ? "The keys of the rows that the conditions check"
    : "The rows that the conditions check: those that exist, with their visible columns";
  const row = others.length === 0 ? first : z.union([first, ...others]);
  return z.array(row.openapi(name)).meta({ description });
}

const NOTHING: ConditionRow = { keys: [], tagColumns: [] };

function keyShape({ keys }: ConditionRow): Record<string, z.ZodType<unknown>> {
  return Object.fromEntries(keys.map(({ shownAs, codec }) => [shownAs, codec.output]));
}
