/**
 * `@etag` against the rest of the query: an entity tag is that of one row, answered over HTTP.
 *
 * @module
 */

import type { Etag, Mode } from "../query.ts";
import type { RouteTag } from "../tags/route_tag.ts";
import type { Report } from "../text/source.ts";

export function checkEtag(
  { span }: Etag,
  { mode, route, report }: {
    readonly mode: Mode | null;
    readonly route: RouteTag | null;
    readonly report: Report;
  },
): void {
  if (mode !== null && mode !== "one") {
    report({
      span,
      message: `Cannot use @etag with mode ":${mode}": only ":one" answers with a single row`,
      help: "Remove the tag",
    });
  }
  if (route === null) {
    report({
      span,
      message: "Cannot use @etag: the query has no @route",
      help: "Add an @route, or remove the tag to keep the query internal",
    });
  }
}
