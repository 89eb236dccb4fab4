/**
 * `@bulk` against the rest of the query: each input is a body of its own, written or refused by itself.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

export function checkBulkInput(
  { tags, mode, route, params, markers }: QueryFacts,
  report: Report,
): void {
  const [tag] = tags.bulk;
  if (tag === undefined) return;
  const { span } = tag;
  const cannotUse = (state: string, help: string) =>
    report({ span, message: `Cannot use @bulk${state}`, help });
  if (mode === "one" || mode === "many") {
    cannotUse(` with mode ":${mode}": only ":exec" and ":applied" write`, "Remove the tag");
  }
  // A parameter without a source is reported already.
  const isKnown = params.length === markers.length;
  const entityTag = params.find(({ source }) => source.in === "if-match");
  if (entityTag !== undefined) {
    cannotUse(
      `: "${entityTag.name}" comes from If-Match, which all inputs share`,
      `Take "${entityTag.name}" from the body, or remove the tag`,
    );
  }
  if (route === null) {
    reportNoRoute({ tag: "@bulk", span }, report);
  } else if (route.method === "GET" || route.method === "DELETE") {
    cannotUse(` at ${route.method}: it has no body`, "Use POST, PUT or PATCH");
  } else if (isKnown && !params.some(({ source }) => source.in === "body")) {
    cannotUse(": no parameter comes from the body", "Take one from the body, or remove the tag");
  }
}
