/**
 * `@without` against the file: a query can opt out only of what its file demands of all queries: a claim that
 * it takes, or a requirement.
 *
 * @module
 */

import { quote } from "../../text/quote.ts";
import { suggest } from "../../text/suggest.ts";
import type { FileFacts, FileReport } from "./file_rule.ts";

export function checkWithoutClaim(
  { optOuts: known, queries }: FileFacts,
  report: FileReport,
): void {
  for (const query of queries) {
    const names = new Set<string>();
    for (const { name, nameSpan } of query.own.without) {
      if (names.has(name)) {
        report({
          span: nameSpan,
          message: `Duplicate @without ${quote(name)}`,
          help: "Keep one of them",
        }, query);
      } else if (!known.includes(name)) {
        report({
          span: nameSpan,
          message: `Cannot do without ${
            quote(name)
          }: the file neither takes it from a claim nor requires it`,
          help: known.length === 0 ? "Remove the tag" : suggest(name, known),
        }, query);
      }
      names.add(name);
    }
  }
}
