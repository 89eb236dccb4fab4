/**
 * The `@waive guardrail: reason` tag: a guardrail that does not apply to the query, and why. Whether there
 * is such a guardrail is for `guardrails/`, which has them.
 *
 * @module
 */

import { type NamedReason, readNamedReason } from "../parts/named_reason.ts";
import type { Tag } from "../tag.ts";

/** Names a guardrail that does not apply to a query. */
export type Waiver = NamedReason;

const EXAMPLE = "@waive allow-filtering: a partition has at most ten rows";

export const waiveTag: Tag<Waiver> = {
  repeats: true,
  read: (line, report) => readNamedReason(line, { what: "guardrail", example: EXAMPLE, report }),
};
