/**
 * What the OpenAPI document says about the answers of an `@cache` query.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Query } from "../../../catalog/query.ts";

/** The headers of its answers; none without the tag. */
export function describeCache({ cache, access, audit, route }: Query): z.ZodRawShape {
  if (cache === null) return {};
  const oldest = Math.ceil((cache.ttlMs + cache.staleMs) / 1000);
  const who = access.kind === "public" ? "Anyone" : "Only the caller";
  const age = {
    Age: z.string().openapi({
      description: `Seconds since Cassandra was asked for the rows, ${oldest} at most`,
      example: "0",
    }),
  };
  // As `respond/cache_headers.ts` has it: nobody keeps a read that is on record, or the answer to a POST.
  if (audit || route?.method !== "GET") return age;
  return {
    ...age,
    "Cache-Control": z.string().openapi({
      description: `${who} may keep the answer for ${
        Math.floor(cache.ttlMs / 1000)
      } seconds, less its age`,
    }),
  };
}
