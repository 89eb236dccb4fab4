/**
 * The `@row Video` tag: what a query's rows are called in the OpenAPI document, and so in the clients that
 * are generated from it. Whether all rows of a name are alike is for the server's types to say.
 *
 * @module
 */

import { toPascalCase } from "../../text/pascal_case.ts";
import { quote } from "../../text/quote.ts";
import type { Report, Span } from "../../text/source.ts";
import type { QueryTag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

/** The schemas of the service itself, which are in the document with those of rows. */
export const OWN_SCHEMAS: readonly string[] = ["Applied", "InputError", "Problem"];

export interface RowTag {
  /** Empty if it is missing or cannot be one. */
  readonly name: string;
  readonly span: Span;
}

export const rowTag: QueryTag<RowTag, RowTag | null> = {
  repeats: false,
  read: readRow,
  settle: (tag) => tag,
};

function readRow(line: TagLine, report: Report): RowTag {
  const { span } = line;
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing name of the row",
      help: `Write it after the tag, for example "@row Video"`,
    });
    return { name: "", span };
  }
  for (const word of others) reportUnexpected(word, report);
  const { text: name } = first;
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) {
    const better = toPascalCase(name);
    report({
      span: first.span,
      message: `Cannot name a row ${quote(name)}: the name is not in PascalCase`,
      help: better === ""
        ? "Use letters and digits, beginning with a capital letter"
        : `Name it "${better}"`,
    });
    return { name: "", span };
  }
  if (OWN_SCHEMAS.includes(name)) {
    report({
      span: first.span,
      message: `Cannot name a row "${name}": the service has a schema of that name`,
      help: `Choose another name, for example "${name}Row"`,
    });
    return { name: "", span };
  }
  return { name, span };
}
