/**
 * `@coalesce` against the statement: only reads are coalesced.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { nameOfVerb, type QueryFacts } from "../rule.ts";

export function checkCoalescedRead({ own, verb }: QueryFacts, report: Report): void {
  const [tag] = own.coalesce;
  if (tag === undefined || verb === null || verb === "select") return;
  report({
    span: tag.span,
    message: `Cannot use @coalesce with ${nameOfVerb(verb)}: every write is sent by itself`,
    help: "Remove the tag",
  });
}
