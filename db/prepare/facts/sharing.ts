/**
 * Whether requests that bind the same values at the same time may share an answer of Cassandra.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { termsOf } from "../../../catalog/statement/terms_of.ts";
import { isSerial } from "../../../catalog/tags/execution/consistency_tag.ts";
import { isRepeatable } from "./native_functions.ts";

/**
 * A read is shared unless its author says otherwise, with three exceptions. At `SERIAL`, it may complete the
 * writes of others. `now()`, `uuid()` and the like give another value each time, and a user-defined function
 * may. And it is unknown what an opaque statement does.
 */
export function isShared(
  { parsed, consistency: { level }, coalesce }: Pick<Query, "parsed" | "consistency" | "coalesce">,
): boolean {
  if (!coalesce || parsed.kind !== "select") return false;
  if (isSerial(level)) return false;
  return termsOf(parsed).every(isRepeatable);
}
