/**
 * The sources that a caller fills in freely: the path, the query, headers and the body.
 *
 * @module
 */

import type { SourceKind } from "./source_kind.ts";

type SentName = "path" | "query" | "header" | "body";

export const pathSource = sentSource("path");
export const querySource = sentSource("query");
export const headerSource = sentSource("header");
export const bodySource = sentSource("body");

function sentSource<Name extends SentName>(name: Name): SourceKind<{ readonly in: Name }> {
  return {
    key: null,
    read: () => ({ in: name }),
    phrase: `a ${name}`,
    withoutOption: "Remove it, or take the value from elsewhere",
    required: null,
  };
}
