/**
 * What callers and caches on the way learn about an `@cache` query: how old the rows are, and who may keep them
 * for how long (RFC 9111). And what a caller may ask for: with `Cache-Control: no-cache`, or with `max-age=0`, the
 * rows come from Cassandra.
 *
 * @module
 */
import type { Context } from "hono";
import { clientNameOf } from "../../catalog/parse/client_name.ts";
import type { Query } from "../../catalog/query.ts";
import type { CacheUse } from "../../db/run/fetch_answer.ts";
import type { AppEnv } from "../context.ts";

export interface CacheHeaders {
  /** How a request wants cached answers to be used. */
  useFor(context: Context<AppEnv>): CacheUse;
  /** For the answer, once the rows are there; none without `@cache`. */
  of(context: Context<AppEnv>): Record<string, string>;
}

/**
 * That no kept answer is wanted (RFC 9111, sections 5.2.1.1 and 5.2.1.4). Browsers send `max-age=0` for
 * `fetch(url, { cache: "no-cache" })` and when a page is reloaded.
 */
const RENEWING = /^(?:no-cache|max-age=(?:0+|"0+"))$/;

const WITHOUT: CacheHeaders = { useFor: () => "use", of: () => ({}) };

/**
 * The request headers that choose among the answers of one URL, for `Vary` (RFC 9110, section 12.5.5): a cache
 * must not give an answer to a request in which one of them differs. The token counts unless the route is public:
 * the same browser may have another user next, with other claims, and another token of the same user shows more of
 * a row, or less. A cache may still send the entity tag of an answer to another request (RFC 9111, section 4.1), so
 * the tags differ, too (`tag_digest.ts`).
 */
export function choosingHeaders(
  { access, params, cache, etag }: Pick<Query, "access" | "params" | "cache" | "etag">,
): string[] {
  const bound = params.filter(({ source }) => source.in === "header").map(clientNameOf);
  const token = access.kind === "public" ? [] : ["Authorization"];
  // The runtime says so only of answers that it compresses, which no answer with an entity tag is.
  const coding = cache === null || etag !== null ? [] : ["Accept-Encoding"];
  return [...token, ...bound, ...coding];
}

/** @param also further directives of `Cache-Control` */
export function compileCacheHeaders(
  { cache, access, audit = false }: Pick<Query, "cache" | "access"> & { readonly audit?: boolean },
  also: readonly string[] = [],
): CacheHeaders {
  if (cache === null) return WITHOUT;
  const isPublic = access.kind === "public";
  // No more than whole seconds can be said.
  const maxAge = Math.floor(cache.ttlMs / 1000);
  const directives = [isPublic ? "public" : "private", `max-age=${maxAge}`, ...also].join(", ");
  return {
    useFor({ req }) {
      const asked = req.header("cache-control")?.toLowerCase() ?? "";
      return asked.split(",").some((each) => RENEWING.test(each.trim())) ? "renew" : "use";
    },
    of(context) {
      const { ageMs } = context.get("request").cassandra.request ?? { ageMs: null };
      // Rounded up, so that nobody keeps rows beyond their time.
      const age = { age: `${Math.ceil((ageMs ?? 0) / 1000)}` };
      const { method } = context.req;
      // A read that a cache on the way answers is not on record.
      if (audit || method !== "GET" && method !== "HEAD") return age;
      return { ...age, "cache-control": directives };
    },
  };
}
