/**
 * The `@current a b` tag: the columns of the current row that a caller may see where the condition did
 * not hold. Whether the table has these columns is for the server to say.
 *
 * @module
 */

import type { Report, Span } from "../text/source.ts";
import { readColumnName } from "./column_name.ts";
import type { QueryTag } from "./tag.ts";
import type { TagLine } from "./tag_line.ts";

/** A column of a row that may be shown where the condition of an `:applied` query did not hold. */
export interface CurrentColumn {
  readonly name: string;
  readonly span: Span;
}

export interface CurrentTag {
  readonly columns: readonly CurrentColumn[];
  readonly span: Span;
}

/** What a caller may see of the row where the condition did not hold, beside the key that it sent. */
export const currentTag: QueryTag<CurrentTag, readonly CurrentColumn[]> = {
  repeats: false,
  read: readCurrent,
  settle: (tag) => tag?.columns ?? [],
};

function readCurrent(line: TagLine, report: Report): CurrentTag {
  if (line.words.length === 0) {
    report({
      span: line.nameSpan,
      message: "Missing column",
      help: `Name the columns that a caller may see, for example "@current version"`,
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
