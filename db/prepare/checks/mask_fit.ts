/**
 * `@mask` against the tables: the column is there, and only text has characters to show or to hash. Each mask
 * of a file is about the columns of several queries.
 *
 * @module
 */
import type { Mask } from "../../../catalog/query.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import type { Report } from "../../../catalog/text/source.ts";
import { suggest } from "../../../catalog/text/suggest.ts";
import type { CqlType } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import type { Table } from "../../schema/table.ts";
import type { Unlinked } from "../link_queries.ts";

const TEXTS: readonly CqlType["kind"][] = ["text", "ascii"];

export function checkMaskFit(all: readonly Unlinked[], report: Report): void {
  for (const [mask, tables] of tablesByMask(all)) {
    const types = tables.flatMap(({ types }) => types.get(mask.column) ?? []);
    const other = types.find(({ kind }) => !TEXTS.includes(kind));
    if (types.length === 0) {
      const names = tables.flatMap((table) => [...table.types.keys()]);
      report({
        span: mask.span,
        message: `Cannot mask "${mask.column}": no table of its queries has such a column`,
        help: suggest(mask.column, [...new Set(names)].map(writtenName)),
      });
    } else if (mask.with !== "null" && other !== undefined) {
      const { cql } = codecFor(other);
      report({
        span: mask.span,
        message:
          `Cannot mask "${mask.column}" of type "${cql}" with "${mask.with}": it is not text`,
        help: 'Remove "with=": the value is then null',
      });
    }
  }
}

/** The masks, each with the tables of its queries, as far as all of them are known. */
function tablesByMask(all: readonly Unlinked[]): Map<Mask, Table[]> {
  const found = new Map<Mask, (Table | null)[]>();
  for (const { prepared: { query }, tables } of all) {
    for (const mask of query.masks) found.set(mask, [...found.get(mask) ?? [], ...tables]);
  }
  return new Map([...found].flatMap(([mask, tables]): [Mask, Table[]][] => {
    const known = tables.filter((table) => table !== null);
    return known.length < tables.length ? [] : [[mask, known]];
  }));
}
