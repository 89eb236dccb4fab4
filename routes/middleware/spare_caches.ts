/**
 * Leaves out of an answer that a shared cache may store what is about the request that it was made for: anyone who
 * gets the answer from the cache would take another caller's id, times and quota for its own, and an id is text
 * that a caller chooses. A cache may store what is neither `private` nor `no-store` (RFC 9111, section 3).
 * `no-cache` with the names of the fields would say the same, but most caches read it as if it had no names
 * (section 5.2.2.4), and would ask for every answer again.
 *
 * @module
 */
import type { Step } from "../step.ts";

const OF_ONE_REQUEST = ["x-request-id", "server-timing", "ratelimit"];
/** `private` with names of fields is about those fields alone. */
const NOT_SHARED = /(?:^|[\s,])(?:private|no-store)(?:[\s,]|$)/i;

/** Comes before the steps that add these fields: headers are completed in the reverse order. */
export function spareCaches(): Step {
  return {
    name: "spareCaches",
    headers(_, headers) {
      if (NOT_SHARED.test(headers.get("cache-control") ?? "")) return;
      for (const name of OF_ONE_REQUEST) headers.delete(name);
    },
  };
}
