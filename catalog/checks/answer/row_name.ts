/**
 * `@row` against the rest of the query: only what a caller receives has a name in the OpenAPI document.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { reportNoRoute } from "../no_route.ts";
import type { QueryFacts } from "../rule.ts";

export function checkRowName({ tags, mode, route }: QueryFacts, report: Report): void {
  const [tag] = tags.row;
  if (tag === undefined) return;
  const { span } = tag;
  if (mode !== null && mode !== "one" && mode !== "many") {
    report({
      span,
      message: `Cannot use @row with mode ":${mode}": only ":one" and ":many" answer with rows`,
      help: "Remove the tag",
    });
  }
  if (tags.raw.length > 0) {
    report({
      span,
      message: "Cannot use @row with @raw: a blob is not a row",
      help: "Remove one of the tags",
    });
  }
  if (route === null) reportNoRoute({ tag: "@row", span }, report);
}
