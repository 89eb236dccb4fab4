/**
 * The `@current a b=c` tag: the columns of the current row that a caller may see where the condition did
 * not hold. Whether the table has these columns is for the server to say.
 *
 * @module
 */

import { part, type Word } from "../../text/comment.ts";
import type { Report, Span } from "../../text/source.ts";
import { readColumnName } from "../parts/column_name.ts";
import { CLIENT_NAME, explainClientName } from "../parts/name_form.ts";
import type { QueryTag } from "../tag.ts";
import type { TagLine } from "../tag_line.ts";

/** A column of a row that may be shown where the condition of an `:applied` query did not hold. */
export interface CurrentColumn {
  readonly name: string;
  /** The name that clients know it by. */
  readonly shownAs: string;
  readonly span: Span;
}

export interface CurrentTag {
  readonly columns: readonly CurrentColumn[];
  readonly span: Span;
}

/** What a caller may see of the row if the condition did not hold, besides the key that it sent. */
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
    const column = readShown(word, report);
    const { name, shownAs, span } = column;
    if (columns.some((other) => other.name === name)) {
      report({ span, message: `Duplicate column "${name}"`, help: "Keep one of them" });
    } else if (columns.some((other) => other.shownAs === shownAs)) {
      report({
        span,
        message: `Cannot show "${name}" as "${shownAs}": another column has that name`,
        help: `Give it another name, as "${name}=…"`,
      });
    } else {
      columns.push(column);
    }
  }
  return { columns, span: line.span };
}

/** A column, and the name after the sign where it has another. */
function readShown({ text, span }: Word, report: Report): CurrentColumn {
  const [, columnText = text, shownAs] = /^("(?:[^"]|"")+"|[^"=]+)=(.*)$/.exec(text) ?? [];
  const name = readColumnName(part(span, 0, columnText.length), report);
  if (shownAs === undefined) return { name, shownAs: name, span };
  const help = explainClientName(shownAs, CLIENT_NAME);
  if (help !== null) {
    report({
      span,
      message: `Cannot show "${name}" as "${shownAs}": not a name for clients`,
      help,
    });
  }
  return { name, shownAs, span };
}
