/**
 * `@optional` against the rest of the query: it is about the columns that a body writes.
 *
 * @module
 */

import { suggestMarker } from "../../parse/params.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkOptionalColumns(
  { own: { optional: [tag], param }, mode, route, markers, params }: QueryFacts,
  report: Report,
): void {
  if (tag === undefined) return;
  const { span } = tag;
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use @optional${state}`, help });
  // A parameter without a source is reported already.
  const isKnown = params.length === markers.length;
  if (mode === "one" || mode === "many") {
    cannotUse(` with mode ":${mode}": only ":exec" and ":applied" write`, "Remove the tag");
  } else if (route?.method === "GET" || route?.method === "DELETE") {
    cannotUse(` at ${route.method}: it has no body`, "Use POST, PUT or PATCH");
  } else if (isKnown && !params.some(({ source }) => source.in === "body")) {
    cannotUse(": no parameter comes from the body", "Take one from the body, or remove the tag");
  }
  for (const { text: name, span } of tag.except) {
    if (!markers.some((marker) => marker.name === name)) {
      report({
        span,
        message: `Cannot find marker ":${name}" in the statement`,
        help: suggestMarker(name, markers),
      });
    } else if (isKnown && params.some((it) => it.name === name && it.source.in !== "body")) {
      report({
        span,
        message: `Cannot except "${name}": it does not come from the body`,
        help: "Remove it here: @optional is only about the body",
      });
    } else if (param.some((it) => it.name === name && it.optional)) {
      report({
        span,
        message: `Cannot except "${name}": its @param says that it may be left out`,
        help: `Remove it here, or remove the "?"`,
      });
    }
  }
}
