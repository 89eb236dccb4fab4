/**
 * `@bulk` against the rest of the query: each input is a body of its own, written or refused by itself.
 *
 * @module
 */

import type { Mode, Param } from "../query.ts";
import type { RouteTag } from "../tags/route_tag.ts";
import type { Report, Span } from "../text/source.ts";

export function checkBulk(
  { span }: { readonly span: Span },
  { mode, route, params, report }: {
    readonly mode: Mode | null;
    readonly route: RouteTag | null;
    /** Null where not all are known. */
    readonly params: readonly Param[] | null;
    readonly report: Report;
  },
): void {
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use @bulk${state}`, help });
  if (mode === "one" || mode === "many") {
    cannotUse(` with mode ":${mode}": only ":exec" and ":applied" write`, "Remove the tag");
  }
  const entityTag = params?.find(({ source }) => source.in === "if-match");
  if (entityTag !== undefined) {
    cannotUse(
      `: "${entityTag.name}" comes from If-Match, which is one for all inputs`,
      `Take "${entityTag.name}" from the body, or remove the tag`,
    );
  }
  if (route === null) {
    cannotUse(
      ": the query has no @route",
      "Add an @route, or remove the tag to keep the query internal",
    );
  } else if (route.method === "GET" || route.method === "DELETE") {
    cannotUse(` at ${route.method}: it has no body`, "Use POST, PUT or PATCH");
  } else if (params !== null && !params.some(({ source }) => source.in === "body")) {
    cannotUse(": no parameter comes from the body", "Take one from the body, or remove the tag");
  }
}
