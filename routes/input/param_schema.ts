/**
 * The schema of a parameter's value, in the form that its place has: the codec's schema, with the tag's bucket
 * unit or bounds on top, and the same in OpenAPI.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Codec } from "../../codec/codec.ts";
import { type Bounds, boundsCheck } from "../../codec/constraints/bounds.ts";
import {
  constrainedType,
  type Constraint,
  type Constraints,
  constraintsOf,
  violations,
} from "../../codec/constraints/constraint.ts";
import type { PreparedParam } from "../../db/prepare/prepared_query.ts";
import { indexExpectation } from "../../db/schema/indexed_vector.ts";
import type { Similarity } from "../../db/schema/table.ts";
import { MAX_ERRORS } from "./input_errors.ts";
import { heldByTimeuuid, named } from "./time_schema.ts";

// How far the clocks of callers may be ahead of ours.
const CLOCK_TOLERANCE_MS = 60_000;

/** What of a parameter decides on its values. */
export type ParamTraits =
  & Pick<PreparedParam, "codec" | "isTimeuuidBound" | "isWriteTime" | "similarity">
  & {
    readonly param: Pick<
      PreparedParam["param"],
      "by" | "number" | "min" | "max" | "source" | keyof Constraints
    >;
  };

/** How the values of a body are written: as in JSON, or each as text, as in the fields of CSV. */
export type BodyForm = "json" | "text";

/**
 * The schema whose result the parameter's codec encodes.
 *
 * @param form of a value from the body; all others are text
 */
export function paramSchemaOf(
  { param, codec, similarity, isTimeuuidBound, isWriteTime }: ParamTraits,
  form: BodyForm = "json",
): z.ZodType<unknown> {
  const { by, min, max, source } = param;
  const inQuery = source.in === "query" ? codec.repeated : null;
  const isJson = source.in === "body" && form === "json";
  const schema = inQuery ?? (isJson ? codec.input : codec.text);
  if (by !== null) return named(schema, codec, { ...param, by });
  if (isTimeuuidBound) return heldByTimeuuid(schema, codec);
  if (similarity !== null) return indexable(schema, similarity);
  const timely = isWriteTime && max === null ? notAhead(schema) : schema;
  // A text that is too long is not matched with a pattern.
  const measured = min === null && max === null ? timely : bounded(timely, codec, { min, max });
  return constraintsOf(codec, param).reduce(
    (schema, constraint) => constrained(schema, codec, constraint),
    measured,
  );
}

function constrained(
  schema: z.ZodType<unknown>,
  codec: Codec,
  constraint: Constraint,
): z.ZodType<unknown> {
  const { expected, keywords } = constraint;
  const { items, ...meta } = schema.meta() ?? {};
  const isElement = constrainedType(codec.type) !== codec.type;
  const { example: ownExample = undefined, ...rest } = keywords;
  const { example: _, ...itemsMeta } = (items ?? {}) as Record<string, unknown>;
  return schema.superRefine((value, context) => {
    let count = 0;
    for (const index of violations(codec, { value, constraint })) {
      const path = index === null ? [] : [index];
      context.addIssue({ code: "custom", path, message: `Expected ${expected}` });
      if (++count === MAX_ERRORS) return;
    }
  }).meta(
    isElement
      ? {
        ...meta,
        example: ownExample === undefined ? undefined : [ownExample],
        items: { ...itemsMeta, ...keywords },
      }
      : { ...meta, ...rest, example: ownExample },
  );
}

/** A vector that is written to the column of an index, or searched for. */
function indexable(schema: z.ZodType<unknown>, similarity: Similarity): z.ZodType<unknown> {
  return schema
    .superRefine((value, context) => {
      const expectation = indexExpectation(value as number[], similarity);
      if (expectation !== null) {
        context.addIssue({ code: "custom", message: `Expected ${expectation}` });
      }
    })
    .meta({ ...schema.meta() });
}

/** A write time far ahead would hide every later write and delete of the same cells until then. */
function notAhead(schema: z.ZodType<unknown>): z.ZodType<unknown> {
  return schema.refine((value) => (value as bigint) <= (Date.now() + CLOCK_TOLERANCE_MS) * 1000, {
    error: "Expected microseconds since 1970, not more than a minute ahead of now",
  });
}

function bounded(schema: z.ZodType<unknown>, codec: Codec, bounds: Bounds): z.ZodType<unknown> {
  const { measure } = codec;
  if (measure === null) return schema;
  const { min, max } = bounds;
  const isWithin = boundsCheck(codec, bounds);
  const range = min === null
    ? `at most ${max}`
    : max === null
    ? `at least ${min}`
    : `from ${min} to ${max}`;
  const { description, example, ...meta } = schema.meta() ?? {};
  const sample = schema.safeParse(example);
  return schema.refine(isWithin, {
    abort: true,
    error: measure.counts === null
      ? `Expected a value ${range}`
      : `Expected ${range} ${measure.counts}${(max ?? min) === "1" ? "" : "s"}`,
  }).meta({
    ...meta,
    // JSON Schema has bounds for numbers, but none for numbers that are written as strings.
    description: measure.counts === null ? `${description}; ${range}` : description,
    example: sample.success && isWithin(sample.data) ? example : undefined,
    ...(meta.type === "string" && measure.counts === null ? {} : keywords(codec, bounds, meta)),
  });
}

/** The bounds as JSON Schema has them, the type's own where those are narrower. */
function keywords(
  { measure }: Codec,
  { min, max }: Bounds,
  meta: Readonly<Record<string, unknown>>,
): Record<string, number> {
  const [minKeyword, maxKeyword] = measure!.keywords;
  const [least, most] = [min, max].map(exactNumber);
  const own = (keyword: string, otherwise: number) => {
    const value = meta[keyword];
    return typeof value === "number" ? value : otherwise;
  };
  return {
    ...(least === null ? {} : { [minKeyword]: Math.max(least!, own(minKeyword, -Infinity)) }),
    ...(most === null ? {} : { [maxKeyword]: Math.min(most!, own(maxKeyword, Infinity)) }),
  };
}

/** Null without a bound, and for a bound that a JavaScript number would round. */
function exactNumber(bound: string | null): number | null {
  if (bound === null) return null;
  const number = Number(bound);
  const isExact = Math.abs(number) < Number.MAX_SAFE_INTEGER &&
    bound.replace(/\D/g, "").length <= 15;
  return isExact ? number : null;
}
