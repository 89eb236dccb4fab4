/**
 * What to say about a tag that needs a route, at a query that has none: it is internal, and only hand-written
 * routes call it.
 *
 * @module
 */

import type { Report, Span } from "../text/source.ts";

export interface TagWithoutRoute {
  /** With its sign. */
  readonly tag: `@${string}`;
  readonly span: Span;
  /** What to do, where there is more to say than for most tags. */
  readonly help?: string;
}

/** Reports the tag. */
export function reportNoRoute({ tag, span, help }: TagWithoutRoute, report: Report): void {
  report({
    span,
    message: `Cannot use ${tag}: the query has no @route`,
    help: help ?? "Add an @route, or remove the tag to keep the query internal",
  });
}
