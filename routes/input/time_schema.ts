/**
 * The schema of a value that names a time bucket, or that a `timeuuid` is made from; and the same in OpenAPI.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { BucketNumber, BucketUnit } from "../../catalog/query.ts";
import { bucketPhrase, exampleStart } from "../../codec/buckets/bucket.ts";
import type { Codec } from "../../codec/codec.ts";
import { bucketForm } from "../../db/prepare/bucket_param.ts";
import { isWithinTimeuuid } from "../../db/prepare/facts/timeuuid_bounds.ts";

/** A value that names a bucket, as its type does; a type that cannot is a mistake at boot. */
export function named(
  schema: z.ZodType<unknown>,
  codec: Codec,
  { by, number }: { readonly by: BucketUnit; readonly number: BucketNumber | null },
): z.ZodType<unknown> {
  const form = bucketForm(codec, { by, number });
  if ("message" in form) return schema;
  const bytes = codec.encode(codec.input.parse(form.write(exampleStart(by))));
  const example = codec.decode(bytes, 0, bytes.length);
  const phrase = bucketPhrase(by);
  const manner = form.manner === null ? "" : `, as ${form.manner}`;
  return schema.refine((value) => form.read(value) !== null, {
    error: `Expected ${phrase}${manner}, such as ${JSON.stringify(example)}`,
  }).meta({
    ...schema.meta(),
    description: `${phrase[0]!.toUpperCase()}${
      phrase.slice(1)
    } (UTC)${manner}, such as \`${example}\``,
    example,
  });
}

/** Cassandra makes an arbitrary `timeuuid` of any other instant, and so would leave out rows. */
export function heldByTimeuuid(schema: z.ZodType<unknown>, codec: Codec): z.ZodType<unknown> {
  return schema.refine((value) => isWithinTimeuuid(codec.encode(value), codec), {
    error: "Expected a time from 1582-10-15 to 5236-03-31, which a timeuuid can hold",
  });
}
