/**
 * Which values of a query the service makes. A write answers with them, since its caller cannot know them.
 *
 * @module
 */

import type { Param } from "../query.ts";
import { CLOCK } from "../tags/input/sources/bucket_source.ts";

/**
 * Whether the service makes a parameter's value: as a generated value, or as the bucket of one or of the
 * request's own time.
 *
 * @param params all of its query
 */
export function isGenerated({ source }: Param, params: readonly Param[]): boolean {
  if (source.in !== "bucket") return source.in === "generated";
  const origin = params.find(({ name }) => name === source.of);
  return origin === undefined ? source.of === CLOCK : origin.source.in === "generated";
}
