/**
 * Null for a codec's schema, in zod and in OpenAPI alike.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";

/**
 * The schema of a value that may be null. `schema.nullable()` alone accepts null without saying so
 * in the OpenAPI document, where a codec's own `type` wins over what the generator derives.
 */
export function orNull<Schema extends z.ZodType>(schema: Schema): z.ZodNullable<Schema> {
  const meta = schema.meta();
  const values = meta?.enum;
  return schema.nullable().meta({
    ...meta,
    type: [meta?.type, "null"].flat(),
    // A list of values is all that JSON Schema allows.
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  });
}
