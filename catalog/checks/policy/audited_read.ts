/**
 * `@audit` against the statement: it is for reads, since every write is recorded anyway.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { nameOfVerb, type QueryFacts } from "../rule.ts";

export function checkAuditedRead({ own, verb }: QueryFacts, report: Report): void {
  const [tag] = own.audit;
  if (tag === undefined || verb === null || verb === "select") return;
  report({
    span: tag.span,
    message: `Cannot use @audit with ${nameOfVerb(verb)}: every write is recorded anyway`,
    help: "Remove the tag",
  });
}
