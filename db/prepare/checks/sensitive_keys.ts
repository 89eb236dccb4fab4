/**
 * `@sensitive` against the partition keys of the statement: a column that none of them has would hide
 * nothing, and a misspelt name would leave a value in the audit log.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import type { Report } from "../../../catalog/text/source.ts";
import { suggest } from "../../../catalog/text/suggest.ts";
import type { PreparedPartition } from "../prepared_query.ts";

export function checkSensitiveKeys(
  { name, sensitive }: Query,
  partitions: readonly PreparedPartition[],
  report: Report,
): void {
  const columns = [...new Set(partitions.flatMap(({ columns }) => columns))];
  for (const { column, span } of sensitive) {
    if (columns.includes(column)) continue;
    report({
      span,
      message:
        `Cannot hide "${column}" in the audit of "${name}": no partition key of it has such a column`,
      help: suggest(column, columns.map(writtenName)),
    });
  }
}
