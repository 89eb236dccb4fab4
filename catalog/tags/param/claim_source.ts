/**
 * `in claim:tenant`: a claim of the caller's token.
 *
 * @module
 */

import type { SourceKind } from "./source_kind.ts";

export const claimSource: SourceKind<{ readonly in: "claim"; readonly claim: string }> = {
  key: { what: "claim", example: "claim:tenant" },
  read: (key) => ({ in: "claim", claim: key.text }),
  phrase: "a claim",
  withoutOption: "Remove it: the value never comes from the caller",
  required: null,
};
