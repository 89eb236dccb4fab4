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
 * A read does, unless its author says that it does not. At `SERIAL` it may complete what others write; what
 * makes something up, such as `now()` or `uuid()`, makes up something else each time, and a user-defined
 * function may; and nobody knows what an opaque statement does.
 */
export function isShared(
  { parsed, consistency: { level }, coalesce }: Pick<Query, "parsed" | "consistency" | "coalesce">,
): boolean {
  if (!coalesce || parsed.kind !== "select") return false;
  if (isSerial(level)) return false;
  return termsOf(parsed).every(isRepeatable);
}
