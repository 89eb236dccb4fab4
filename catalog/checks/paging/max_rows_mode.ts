/**
 * `@max-rows` against the mode: only many rows come as a stream.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkMaxRowsMode({ tags, mode }: QueryFacts, report: Report): void {
  const [tag] = tags["max-rows"];
  if (tag === undefined || mode === null || mode === "many") return;
  report({
    span: tag.span,
    message: `Cannot use @max-rows with mode ":${mode}": only ":many" has streams`,
    help: "Remove the tag",
  });
}
