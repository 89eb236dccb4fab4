/**
 * The header `Idempotency-Key` in a route's OpenAPI description.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { IDEMPOTENCY_KEY } from "../../idempotency/idempotency_key.ts";

/** @param takes what keys the route takes; null if it refuses the header */
export function describeIdempotencyKey(
  takes: { readonly needsTime: boolean } | null,
): Record<string, z.ZodType<unknown>> {
  if (takes === null) return {};
  const kind = takes.needsTime
    ? "A UUID of version 7 or 1"
    : "A string, such as a UUID of version 7";
  return {
    [IDEMPOTENCY_KEY]: z.string().optional().openapi({
      description: `${kind} for one request: repeated with the same key, it takes effect once`,
      example: '"019ab8e5-3c00-7a31-9f4e-2b8d6c1a5e70"',
    }),
  };
}
