/**
 * The `@sensitive column` tag: the audit log does not have the values of this column of the partition key;
 * with `@sensitive column hash` it has their keyed hash. Whether the table has such a column is for the
 * server to say.
 *
 * @module
 */

import type { Report, Span } from "../../text/source.ts";
import { readColumnName } from "../parts/column_name.ts";
import type { Tag } from "../tag.ts";
import { reportUnexpected, type TagLine } from "../tag_line.ts";

/** A column of a partition key whose values are not for the audit log. */
export interface SensitiveColumn {
  readonly column: string;
  /** Whether its values are hashed, rather than left out. */
  readonly isHashed: boolean;
  readonly span: Span;
}

export const sensitiveTag: Tag<SensitiveColumn> = {
  repeats: true,
  about: "either",
  read: readSensitive,
};

function readSensitive(line: TagLine, report: Report): SensitiveColumn | null {
  const [first, ...others] = line.words;
  if (first === undefined) {
    report({
      span: line.nameSpan,
      message: "Missing column",
      help: `Name it after the tag, for example "@sensitive email hash"`,
    });
    return null;
  }
  const isHashed = others[0]?.text === "hash";
  for (const word of isHashed ? others.slice(1) : others) reportUnexpected(word, report);
  return { column: readColumnName(first, report), isHashed, span: line.span };
}
