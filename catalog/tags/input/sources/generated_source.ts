/**
 * `in generated:uuid`: a value that the service makes, once for each request or line of an upload. The caller
 * can never choose it.
 *
 * @module
 */

import { suggest } from "../../../text/suggest.ts";
import type { SourceKind } from "./source_kind.ts";

const KINDS = ["uuid", "timeuuid", "now", "date"] as const;

/** What is made: a random UUID, a UUID of the time, the time itself, or its day in UTC. */
export type GeneratedKind = typeof KINDS[number];

export const generatedSource: SourceKind<
  { readonly in: "generated"; readonly kind: GeneratedKind }
> = {
  key: { what: "kind", example: "generated:uuid" },
  read({ text, span }, report) {
    const kind = KINDS.find((known) => known === text);
    if (kind !== undefined) return { in: "generated", kind };
    report({
      span,
      message: `Unknown kind of generated value "${text}"`,
      help: suggest(text, KINDS),
    });
    return null;
  },
  phrase: "a generated value",
  withoutOption: "Remove it: the value never comes from the caller",
  required: "it is always generated",
};
