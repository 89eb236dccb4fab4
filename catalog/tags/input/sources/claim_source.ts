/**
 * `in claim:tenant`, `in claim:org.id`, `in claim:"https://acme.example/tenant"`: a claim of the caller's
 * token.
 *
 * @module
 */

import { parseClaimPath } from "../../../text/claim_path.ts";
import { quote } from "../../../text/quote.ts";
import type { SourceKind } from "./source_kind.ts";

export const claimSource: SourceKind<{ readonly in: "claim"; readonly claim: string }> = {
  key: { what: "claim", example: "claim:tenant" },
  read({ text, span }, report) {
    if (parseClaimPath(text) !== null) return { in: "claim", claim: text };
    report({
      span,
      message: `Cannot read ${quote(text)} as the path of a claim`,
      help: 'Separate names with dots, and quote a name that has other characters: "org.id", ' +
        'or claim:"https://acme.example/tenant"',
    });
    return null;
  },
  phrase: "a claim",
  withoutOption: "Remove it: the value never comes from the caller",
  required: "a token without the claim is refused",
};
