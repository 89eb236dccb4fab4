/**
 * If caches may store an answer, removes the headers that nobody should get from a cache.
 *
 * From a shared cache everybody would get the id, the times and the quota of the first request, and an id is
 * text that a caller chooses. A shared cache may store an answer that is neither `private` nor `no-store` (RFC
 * 9111, section 3). `no-cache` with the names of the fields would say the same, but most caches read it as if
 * it had no names (section 5.2.2.4), and would ask for every answer again.
 *
 * From any cache, a client would get an old nonce for its proofs (RFC 9449, section 8.2), unless the cache
 * checks back before it gives the answer out.
 *
 * @module
 */
import type { PipelineStep } from "../step.ts";

const OF_ONE_REQUEST = ["x-request-id", "server-timing", "ratelimit"];
const NONCE = "dpop-nonce";

/** A directive with names of fields, as in `private="set-cookie"`, is only about those fields. */
const NO_STORE = /(?:^|[\s,])no-store(?:[\s,]|$)/i;
const NO_CACHE = /(?:^|[\s,])no-cache(?:[\s,]|$)/i;
const PRIVATE = /(?:^|[\s,])private(?:[\s,]|$)/i;

/** Comes before the steps that add these fields: headers are completed in the reverse order. */
export function spareCaches(): PipelineStep {
  return {
    name: "spareCaches",
    headers(_, headers) {
      const control = headers.get("cache-control") ?? "";
      if (NO_STORE.test(control)) return;
      if (!NO_CACHE.test(control)) headers.delete(NONCE);
      if (PRIVATE.test(control)) return;
      for (const name of OF_ONE_REQUEST) headers.delete(name);
    },
  };
}
