/**
 * The sources that a caller fills in freely: the path, the query, headers and the body.
 *
 * @module
 */

import type { SourceKind } from "./source_kind.ts";

/** Their names. */
export const SENT = ["path", "query", "header", "body"] as const;

type SentName = typeof SENT[number];

export const pathSource = sentSource("path");
export const querySource = sentSource("query");
export const headerSource = sentSource("header");
export const bodySource = sentSource("body");

/** Whether a caller fills in the value freely. */
export function isSent({ in: name }: { readonly in: string }): boolean {
  return SENT.some((sent) => sent === name);
}

function sentSource<Name extends SentName>(name: Name): SourceKind<{ readonly in: Name }> {
  return {
    key: null,
    read: () => ({ in: name }),
    phrase: `a ${name}`,
    withoutOption: "Remove it, or take the value from elsewhere",
    required: null,
  };
}
