/**
 * `@mask` against what else an answer says of a column: an entity tag and raw content are the value itself,
 * and a condition that did not hold names the key.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { Report, Span } from "../../../catalog/text/source.ts";
import { type ColumnMask, maskOfColumn } from "../column_mask.ts";
import type { PreparedColumn, PreparedCondition } from "../prepared_query.ts";

interface AnswerFacts {
  readonly columns: readonly PreparedColumn[];
  readonly condition: PreparedCondition | null;
}

export function checkMaskedAnswers(
  query: Query,
  { columns, condition }: AnswerFacts,
  report: Report,
): void {
  const { etag, raw, verb, statementSpan } = query;
  const refuse = (
    span: Span,
    message: string,
    { mask, instead }: { readonly mask: ColumnMask; readonly instead: string },
  ) => {
    const help = `Add "${
      mask.unless.join(" ")
    }" to its @scope, so that every caller sees it, or ${instead}`;
    report({ span, message, help });
  };
  const maskOf = (name: string) => columns.find((column) => column.name === name)?.mask ?? null;
  const tagMask = etag === null ? null : maskOf(etag.column);
  if (etag !== null && tagMask !== null) {
    refuse(etag.span, `Cannot use "${etag.column}" as entity tag: it is masked`, {
      mask: tagMask,
      instead: "use another column",
    });
  }
  const contentMask = verb === "select" && raw !== null ? maskOf(raw.content.name) : null;
  if (raw !== null && contentMask !== null) {
    const { name, span } = raw.content;
    refuse(span, `Cannot mask "${name}": it is the whole answer`, {
      mask: contentMask,
      instead: "remove the mask",
    });
  }
  for (const key of new Set(condition?.rows.flatMap(({ keys }) => keys.map(({ name }) => name)))) {
    const mask = maskOfColumn(query, key);
    if (mask === null) continue;
    refuse(
      statementSpan,
      `Cannot mask "${key}": the answer says whether there is a row with this key`,
      {
        mask,
        instead: "remove the condition",
      },
    );
  }
}
