/**
 * `@without` against the file: a query can do without nothing but a claim that its file takes for all.
 *
 * @module
 */

import { suggest } from "../../text/suggest.ts";
import type { FileFacts, FileReport } from "./file_rule.ts";

export function checkWithoutClaim({ claims, queries }: FileFacts, report: FileReport): void {
  const known = claims.map(({ name }) => name);
  for (const query of queries) {
    const names = new Set<string>();
    for (const { name, nameSpan } of query.own.without) {
      if (names.has(name)) {
        report({
          span: nameSpan,
          message: `Duplicate @without "${name}"`,
          help: "Keep one of them",
        }, query);
      } else if (!known.includes(name)) {
        report({
          span: nameSpan,
          message: `Cannot do without "${name}": the file takes no such parameter from a claim`,
          help: known.length === 0 ? "Remove the tag" : suggest(name, known),
        }, query);
      }
      names.add(name);
    }
  }
}
