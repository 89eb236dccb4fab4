/**
 * The `@operation list_alerts` tag: what the route is called in the OpenAPI document, where it is not
 * called by the name of the query. Queries that share a route share the name.
 *
 * @module
 */

import { helpToName, isSnakeCase } from "../../text/snake_case.ts";
import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

export interface OperationTag {
  readonly name: string;
  readonly nameSpan: Span;
}

/** Null if the query's own name is the operation's. */
export const operationTag: QueryTag<OperationTag, string | null> = {
  repeats: false,
  read: readOperation,
  settle: (tag) => tag?.name ?? null,
};

function readOperation({ words, nameSpan }: TagLine, report: Report): OperationTag | null {
  const [first, ...others] = words;
  if (first === undefined) {
    report({
      span: nameSpan,
      message: "Missing name of the operation",
      help: `Write it after the tag, for example "@operation list_alerts"`,
    });
    return null;
  }
  for (const word of others) reportUnexpected(word, report);
  if (!isSnakeCase(first.text)) {
    report({
      span: first.span,
      message: `Cannot use operation name "${first.text}": not in snake_case`,
      help: helpToName(first.text),
    });
  }
  return { name: first.text, nameSpan: first.span };
}
