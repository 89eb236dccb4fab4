/**
 * The columns that `@mask` names against the answers of the queries: a misspelt name would hide nothing.
 * What `SELECT *` answers with is for the server to say.
 *
 * @module
 */

import { accessOf, isLifted } from "../../parse/masks.ts";
import { writtenName } from "../../statement/written_name.ts";
import { type Mask, MASK_KINDS } from "../../tags/policy/mask_tag.ts";
import { suggest } from "../../text/suggest.ts";
import { answeredColumns, answersWithValues } from "../answer/answered_columns.ts";
import type { QueryFacts } from "../rule.ts";
import type { FileFacts, FileReport } from "./file_rule.ts";

export function checkMaskColumns({ tags, queries }: FileFacts, report: FileReport): void {
  const answers = new Map(queries.map((query) => [query, answeredColumns(query)]));
  const known = [...answers.values()];
  for (const mask of onceEach(tags.mask.flatMap(({ masks }) => masks), { query: null, report })) {
    if (known.some((columns) => columns?.has(mask.column) ?? true)) continue;
    report({
      span: mask.span,
      message: `Cannot mask "${mask.column}": no query of the file answers with it`,
      help: helpToName(mask, known.flatMap((columns) => [...columns ?? []])),
    }, null);
  }
  for (const query of queries) checkOwnMasks(query, answers.get(query)!, report);
}

function checkOwnMasks(
  query: QueryFacts,
  columns: ReadonlySet<string> | null,
  report: FileReport,
): void {
  const access = accessOf(query.tags);
  const answers = answersWithValues(query);
  for (const mask of onceEach(query.own.mask.flatMap(({ masks }) => masks), { query, report })) {
    const cannotMask = (state: string, help: string) =>
      report({ span: mask.span, message: `Cannot mask "${mask.column}": ${state}`, help }, query);
    if (!answers) {
      cannotMask("the query answers with no values", "Remove the tag");
    } else if (columns !== null && !columns.has(mask.column)) {
      cannotMask("the query does not answer with it", helpToName(mask, [...columns]));
    } else if (isLifted(mask, access)) {
      cannotMask(
        "everyone who may call the query sees it",
        "Remove it here, or name a scope that not every caller has",
      );
    }
  }
}

/** The masks, the first for each column; reports the others. */
function onceEach(
  masks: readonly Mask[],
  { query, report }: { readonly query: QueryFacts | null; readonly report: FileReport },
): Mask[] {
  return masks.filter(({ column, span }, index) => {
    const isFirst = masks.findIndex((other) => other.column === column) === index;
    if (!isFirst) {
      report({ span, message: `Duplicate @mask "${column}"`, help: "Keep one of them" }, query);
    }
    return isFirst;
  });
}

function helpToName({ column }: Mask, columns: readonly string[]): string {
  const kind = MASK_KINDS.find((kind) => kind === column);
  if (kind !== undefined) return `Write it as "with=${kind}" if callers should get that`;
  const names = [...new Set(columns)].map(writtenName);
  return names.length === 0 ? "Remove the tag" : suggest(column, names);
}
