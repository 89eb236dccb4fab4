/**
 * `@mask` against the tables: the column is there, and only text has characters to show or to hash. Each mask
 * of a file is about the columns of several queries.
 *
 * @module
 */
import type { Mask, Query } from "../../../catalog/query.ts";
import { writtenName } from "../../../catalog/statement/written_name.ts";
import { suggest } from "../../../catalog/text/suggest.ts";
import type { CqlType } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import type { Table } from "../../schema/table.ts";
import type { ReportOf, Unlinked } from "../link_queries.ts";

const TEXTS: readonly CqlType["kind"][] = ["text", "ascii"];

export function checkMaskFit(all: readonly Unlinked[], report: ReportOf): void {
  for (const [mask, { about, tables }] of tablesByMask(all)) {
    const types = tables.flatMap(({ types }) => types.get(mask.column) ?? []);
    const other = types.find(({ kind }) => !TEXTS.includes(kind));
    if (types.length === 0) {
      const names = tables.flatMap((table) => [...table.types.keys()]);
      report(about, {
        span: mask.span,
        message: `Cannot mask "${mask.column}": no table of its queries has such a column`,
        help: suggest(mask.column, [...new Set(names)].map(writtenName)),
      });
    } else if (mask.with !== "null" && other !== undefined) {
      const { cql } = codecFor(other);
      report(about, {
        span: mask.span,
        message:
          `Cannot mask "${mask.column}" of type "${cql}" with "${mask.with}": it is not text`,
        help: 'Remove "with=": the value is then null',
      });
    }
  }
}

/** The queries that a mask is for, and their tables. */
interface Masked {
  readonly about: readonly Query[];
  readonly tables: readonly Table[];
}

/** The masks, as far as all of the tables are known. */
function tablesByMask(all: readonly Unlinked[]): Map<Mask, Masked> {
  const found = new Map<Mask, { about: Query[]; tables: (Table | null)[] }>();
  for (const { prepared: { query }, tables } of all) {
    for (const mask of query.masks) {
      const { about, tables: known } = found.get(mask) ?? { about: [], tables: [] };
      found.set(mask, { about: [...about, query], tables: [...known, ...tables] });
    }
  }
  return new Map([...found].flatMap(([mask, { about, tables }]): [Mask, Masked][] => {
    const known = tables.filter((table) => table !== null);
    return known.length < tables.length ? [] : [[mask, { about, tables: known }]];
  }));
}
