/**
 * What callers and caches on the way learn of a `@cache` query: how old the rows are, and who may keep them for
 * how long (RFC 9111). And what a caller may ask for: `Cache-Control: no-cache` asks Cassandra.
 *
 * @module
 */
import type { Context } from "hono";
import type { Query } from "../../catalog/query.ts";
import type { CacheUse } from "../../db/run/fetch_answer.ts";
import type { AppEnv } from "../context.ts";

export interface CacheHeaders {
  /** Whether another token of the same browser may be for somebody else. */
  readonly variesByCaller: boolean;
  /** What a request wants of what is kept. */
  useFor(context: Context<AppEnv>): CacheUse;
  /** For the answer, once the rows are there; none without `@cache`. */
  of(context: Context<AppEnv>): Record<string, string>;
}

const WITHOUT: CacheHeaders = { variesByCaller: false, useFor: () => "use", of: () => ({}) };

/** @param also further directives of `Cache-Control` */
export function compileCacheHeaders(
  { cache, access }: Pick<Query, "cache" | "access">,
  also: readonly string[] = [],
): CacheHeaders {
  if (cache === null) return WITHOUT;
  const isPublic = access.kind === "public";
  // No more than whole seconds can be said.
  const maxAge = Math.floor(cache.ttlMs / 1000);
  const directives = [isPublic ? "public" : "private", `max-age=${maxAge}`, ...also].join(", ");
  return {
    variesByCaller: !isPublic,
    useFor({ req }) {
      const asked = req.header("cache-control")?.toLowerCase() ?? "";
      return asked.split(",").some((each) => each.trim() === "no-cache") ? "renew" : "use";
    },
    of(context) {
      const { ageMs } = context.get("request").cassandra.request ?? { ageMs: null };
      // Rounded up, so that nobody keeps rows beyond their time.
      const age = { age: `${Math.ceil((ageMs ?? 0) / 1000)}` };
      const { method } = context.req;
      if (method !== "GET" && method !== "HEAD") return age;
      return { ...age, "cache-control": directives };
    },
  };
}
