/**
 * The `@without tenant_id: reason` tag: the query does without a claim that its file takes for all
 * queries. Whether the file takes such a claim is for `checks/file/without_claim.ts`.
 *
 * @module
 */

import { type NamedReason, readNamedReason } from "../parts/named_reason.ts";
import type { Tag } from "../tag.ts";

/** Names the parameter that the file takes from a claim. */
export type WithoutTag = NamedReason;

const EXAMPLE = "@without tenant_id: operators see every tenant";

export const withoutTag: Tag<WithoutTag> = {
  repeats: true,
  read: (line, report) => readNamedReason(line, { what: "parameter", example: EXAMPLE, report }),
};
