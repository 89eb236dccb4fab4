/**
 * `in if-match`: the entity tag of `If-Match` (RFC 9110, section 13.1.1), for the condition of an `IF`.
 *
 * @module
 */

import type { SourceKind } from "./source_kind.ts";

export const ifMatchSource: SourceKind<{ readonly in: "if-match" }> = {
  key: null,
  read: () => ({ in: "if-match" }),
  phrase: "If-Match",
  withoutOption: "Remove it: the entity tag is compared unchanged",
  required: "without If-Match nothing is compared",
};
