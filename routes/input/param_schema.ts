/**
 * What a parameter's value must be, as its place writes it: the codec's schema, with the tag's bucket
 * unit or bounds on top, and the same said in OpenAPI.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { BUCKET_EXAMPLES, parseBucketName } from "../../codec/bucket.ts";
import type { Codec } from "../../codec/codec.ts";
import { codecFor } from "../../codec/codec_for.ts";
import { type Bounds, isWithin, type Measure, measureOf } from "../../codec/measure.ts";
import type { PreparedParam } from "../../db/prepare/prepared_query.ts";
import type { Similarity } from "../../db/schema/table.ts";

// How far the clocks of callers may be ahead of ours.
const CLOCK_TOLERANCE_MS = 60_000;

/** The schema whose result the parameter's codec encodes. */
export function schemaOf(prepared: PreparedParam): z.ZodType<unknown> {
  const { param: { by, min, max, source }, codec } = prepared;
  const inQuery = source.in === "query" ? repeatedSchema(codec) : null;
  const schema = inQuery ?? (source.in === "body" ? codec.input : codec.text);
  if (by !== null) return named(schema, by);
  if (prepared.similarity !== null) return indexable(schema, prepared.similarity);
  if (prepared.isWriteTime && max === null) return notAhead(schema);
  const measure = measureOf(codec.type);
  if ((min === null && max === null) || measure === null) return schema;
  return bounded(schema, { codec, measure, min, max });
}

/**
 * The index of a vector cannot take another value, be it written or searched for. Cassandra 5.0 notices
 * late: it fails the write of the row and of others after it, or a search that never ends.
 */
function indexable(schema: z.ZodType<unknown>, similarity: Similarity): z.ZodType<unknown> {
  const numbers = (value: unknown) => (value as number[]).map(Math.fround);
  return schema
    .refine((value) => numbers(value).every(Number.isFinite), {
      error: "Expected finite numbers alone, as the column is indexed",
    })
    .refine((value) => similarity !== "COSINE" || numbers(value).some((number) => number !== 0), {
      error: "Expected a number other than zero, as the index compares directions",
    })
    .meta({ ...schema.meta() });
}

/** A write time far ahead would hide every later write and delete of the same cells until then. */
function notAhead(schema: z.ZodType<unknown>): z.ZodType<unknown> {
  return schema.refine((value) => (value as bigint) <= (Date.now() + CLOCK_TOLERANCE_MS) * 1000, {
    error: "Expected microseconds since 1970, not more than a minute ahead of now",
  });
}

/** A list or set in the query: the parameter once for each member, `?id=a&id=b`. */
function repeatedSchema(codec: Codec): z.ZodType<unknown> | null {
  const { type } = codec;
  if (type.kind !== "list" && type.kind !== "set") return null;
  const of = codecFor(type.of);
  const members = z.preprocess(
    (given) => Array.isArray(given) ? given : [given],
    z.array(of.text),
  );
  // Sets are kept as the bytes of their members, to compare them by.
  const values = type.kind === "list" ? members : members
    .transform((each) => each.map((value) => of.encode(value)))
    .refine(areDistinct, { error: "Expected each member once" });
  return values.meta({
    type: "array",
    items: of.text.meta() ?? {},
    ...(type.kind === "set" ? { uniqueItems: true } : {}),
    description: `A ${codec.cql}: the parameter once for each member`,
    example: [of.text.meta()?.example],
  });
}

function areDistinct(members: readonly { toString(encoding: "hex"): string }[]): boolean {
  return new Set(members.map((bytes) => bytes.toString("hex"))).size === members.length;
}

function named(schema: z.ZodType<unknown>, by: keyof typeof BUCKET_EXAMPLES) {
  const example = BUCKET_EXAMPLES[by];
  return schema.refine((value) => parseBucketName(String(value), by) !== null, {
    error: `Expected a ${by}, such as "${example}"`,
  }).meta({ type: "string", description: `A ${by} (UTC), such as \`${example}\``, example });
}

function bounded(
  schema: z.ZodType<unknown>,
  bounds: Bounds & { readonly measure: Measure },
): z.ZodType<unknown> {
  const { measure: { of, keywords }, min, max } = bounds;
  const range = min === null
    ? `at most ${max}`
    : max === null
    ? `at least ${min}`
    : `from ${min} to ${max}`;
  const meta = schema.meta() ?? {};
  const sample = schema.safeParse(meta.example);
  const sampleFits = sample.success && isWithin(sample.data, bounds);
  return schema.refine((value) => isWithin(value, bounds), {
    error: `Expected ${of === "" ? "a value " : ""}${range}${of}`,
  }).meta({
    ...meta,
    example: sampleFits ? meta.example : undefined,
    // JSON Schema has no bounds for numbers that are written as strings.
    ...(of === "" && meta.type === "string"
      ? { description: `${meta.description ?? ""}; ${range}` }
      : boundKeywords(keywords, { min, max })),
  });
}

function boundKeywords(
  [minKeyword, maxKeyword]: Measure["keywords"],
  { min, max }: { min: string | null; max: string | null },
): Record<string, number> {
  return {
    ...(min === null ? {} : { [minKeyword]: Number(min) }),
    ...(max === null ? {} : { [maxKeyword]: Number(max) }),
  };
}
