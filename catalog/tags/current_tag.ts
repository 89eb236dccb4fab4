/**
 * The `@current a b` tag: the columns of a row that a caller may see whose condition did not hold. It
 * names columns of the table; whether there are such columns is for the server to say.
 *
 * @module
 */

import type { CurrentColumn } from "../query.ts";
import type { Report, Span } from "../text/source.ts";
import { readColumnName } from "./column_name.ts";
import type { TagLine } from "./tag_line.ts";

export interface CurrentTag {
  readonly columns: readonly CurrentColumn[];
  readonly span: Span;
}

export function readCurrent(line: TagLine, report: Report): CurrentTag {
  if (line.words.length === 0) {
    report({
      span: line.nameSpan,
      message: "Missing column",
      help: `Name the columns that a caller may see, as "@current version"`,
    });
  }
  const columns: CurrentColumn[] = [];
  for (const word of line.words) {
    const name = readColumnName(word, report);
    if (columns.some((column) => column.name === name)) {
      report({ span: word.span, message: `Duplicate column "${name}"`, help: "Keep one of them" });
    } else {
      columns.push({ name, span: word.span });
    }
  }
  return { columns, span: line.span };
}
