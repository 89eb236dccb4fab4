/**
 * Who may call a query: a route says so, and only a route.
 *
 * @module
 */

import type { Tags } from "../../tags/tags.ts";
import type { Report } from "../../text/source.ts";

export function checkAccess({ tags }: { readonly tags: Tags }, report: Report): void {
  const [[route], [publicTag], [scopeTag]] = [tags.route, tags.public, tags.scope];
  const accessTag = scopeTag ?? publicTag;
  if (route !== undefined && accessTag === undefined) {
    report({
      span: route.span,
      message: "Route with neither @scope nor @public",
      help:
        `Name the scopes that a caller needs with "-- @scope", or let anyone call it with "-- @public"`,
    });
  }
  if (route === undefined && accessTag !== undefined) {
    report({
      span: accessTag.span,
      message: `Cannot use ${
        scopeTag === undefined ? "@public" : "@scope"
      }: the query has no @route`,
      help: "Add an @route, or remove the tag to keep the query internal",
    });
  }
  if (scopeTag !== undefined && publicTag !== undefined) {
    report({
      span: publicTag.span,
      message: "Cannot use both @scope and @public",
      help: "Keep @scope if a caller needs a scope, or @public if anyone may call",
    });
  }
}
