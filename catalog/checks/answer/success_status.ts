/**
 * `@status` against the rest of the query: it is about the answer of a write, over HTTP.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";
import { answersOf } from "./answered_values.ts";

export function checkSuccessStatus(
  { tags, mode, route, params }: QueryFacts,
  report: Report,
): void {
  const [tag] = tags.status;
  if (tag === undefined) return;
  const { status, span } = tag;
  if (mode === "one" || mode === "many") {
    report({
      span,
      message: `Cannot use @status with mode ":${mode}": rows are answered with 200`,
      help: "Remove the tag",
    });
  }
  const { generates, returns } = answersOf({ tags, params });
  if (mode === "exec" && status === 200 && !generates && !returns) {
    report({
      span,
      message: `Cannot answer with status 200 in mode ":exec": there is no body`,
      help: "Use 204, 201 or 202",
    });
  }
  if (route === null) reportNoRoute({ tag: "@status", span }, report);
}
