/**
 * Who may call a query: a route says so, and only a route.
 *
 * @module
 */

import type { Tags } from "../../tags/tags.ts";
import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";

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
    const tag = scopeTag === undefined ? "@public" : "@scope";
    reportNoRoute({ tag, span: accessTag.span }, report);
  }
  if (scopeTag !== undefined && publicTag !== undefined) {
    report({
      span: publicTag.span,
      message: "Cannot use both @scope and @public",
      help: "Keep @scope if a caller needs a scope, or @public if anyone may call",
    });
  }
}
