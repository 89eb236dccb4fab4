/**
 * `@etag` against the columns of the result: the column has to be there, and its JSON has to fit between
 * the quotes of an entity tag (RFC 9110, section 8.8.3).
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import type { Report } from "../../../catalog/text/source.ts";
import { suggest } from "../../../catalog/text/suggest.ts";
import { primitives } from "../../../codec/primitives.ts";
import type { PreparedColumn } from "../prepared_query.ts";

const TAG_TYPES = Object.values(primitives).filter(({ isTag }) => isTag).map(({ cql }) => cql);

export function checkEntityTagColumn(
  { etag }: Query,
  columns: readonly PreparedColumn[],
  report: Report,
): void {
  if (etag === null) return;
  const column = columns.find(({ name }) => name === etag.column);
  if (column === undefined) {
    report({
      span: etag.span,
      message: `Cannot use "${etag.column}" as entity tag: the statement does not select it`,
      help: suggest(etag.column, columns.map(({ name }) => writtenName(name))),
    });
  } else if (!column.codec.isTag) {
    report({
      span: etag.span,
      message: `Cannot use "${etag.column}" of type "${column.codec.cql}" as entity tag`,
      help: `Use a column of one of the types ${TAG_TYPES.join(", ")}`,
    });
  }
}
