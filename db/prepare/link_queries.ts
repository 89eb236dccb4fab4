/**
 * What prepared queries have to do with each other: where a write's row is read, and which of its values
 * becomes the entity tag there.
 *
 * @module
 */
import type { SelectStatement } from "../../catalog/statement/statement.ts";
import { writesOf } from "../../catalog/statement/statement.ts";
import type { Query } from "../../catalog/query.ts";
import type { Diagnostic } from "../../catalog/text/source.ts";
import type { Table } from "../schema/table.ts";
import type { PreparedLocation, PreparedParam, PreparedQuery } from "./prepared_query.ts";
import { equalityMarkers, keyMarkers, storedMarkers } from "./facts/write_markers.ts";

/** A query, and the tables of its writes or of its SELECT. */
export interface Unlinked {
  readonly prepared: PreparedQuery;
  /** Null where it is not known. */
  readonly tables: readonly (Table | null)[];
}

/** Takes note of a mistake that lies between queries: each of them fits the schema. */
export type ReportOf = (about: readonly Query[], diagnostic: Diagnostic) => void;

/** Ties each write to the queries that read its row; reports a location that has other types. */
export function linkQueries(all: readonly Unlinked[], report: ReportOf): PreparedQuery[] {
  const readers = all.flatMap(tagReaderOf);
  return all.map((each) => {
    const { prepared } = each;
    if (!prepared.writes) return prepared;
    return {
      ...prepared,
      location: locationOf(prepared, { all, report }),
      entityTag: entityTagOf(each, readers),
    };
  });
}

function locationOf(
  { query, params }: PreparedQuery,
  { all, report }: { readonly all: readonly Unlinked[]; readonly report: ReportOf },
): PreparedLocation | null {
  const { location } = query;
  const target = all.find(({ prepared }) => prepared.query.name === location?.query)?.prepared;
  if (location === null || target === undefined || target.query.route === null) return null;
  const about = [query, target.query];
  const inPath = target.params.filter(({ param }) => param.source.in === "path");
  const known = inPath.flatMap((there): PreparedParam[] => {
    const { param: { name }, codec } = there;
    const param = params.find((each) => each.param.name === name);
    if (param === undefined) return [];
    if (param.mask !== null) {
      report(about, {
        span: location.span,
        message: `Cannot point to "${target.query.name}": its path has "${name}", which is masked`,
        help: "Name a query with another path, or remove the tag",
      });
      return [];
    }
    const isText = codec.category !== "composite";
    if (isText && param.codec.cql === codec.cql) return [there];
    report(about, {
      span: location.span,
      message: isText
        ? `Cannot point to "${target.query.name}": "${name}" is "${codec.cql}" there and "${param.codec.cql}" here`
        : `Cannot point to "${target.query.name}": "${name}" of type "${codec.cql}" has no one text`,
      help: isText ? "Use columns of the same type" : "Name a query with another path",
    });
    return [];
  });
  return { path: target.query.route.path, params: known };
}

/** An `@etag` query of a single row, found by its whole key. */
interface TagReader {
  readonly query: string;
  readonly table: Table;
  /** The column that is the entity tag. */
  readonly column: string;
}

function tagReaderOf({ prepared: { query }, tables: [table] }: Unlinked): TagReader[] {
  const { etag, parsed } = query;
  if (etag === null || parsed.kind !== "select" || table === null || table === undefined) return [];
  const column = selectedColumn(parsed, etag.column);
  const markers = equalityMarkers(parsed.where);
  const isOneRow = [...table.keys].every((key) => markers.has(key));
  return column === null || !isOneRow ? [] : [{ query: query.name, table, column }];
}

/** The column that a result's column is, as it is stored; null if it is worked out. */
function selectedColumn({ json, selectors }: SelectStatement, name: string): string | null {
  if (json || selectors === null) return json ? null : name;
  const selector = selectors.find(({ term, alias }) =>
    term.kind === "column" && (alias ?? term.column).name === name
  );
  return selector?.term.kind === "column" ? selector.term.column.name : null;
}

/** The tag at the location counts first; of several others, nobody knows which. */
function entityTagOf(write: Unlinked, readers: readonly TagReader[]): PreparedParam | null {
  const tags = tagsOf(write, readers);
  const { location } = write.prepared.query;
  const atLocation = tags.find(({ query }) => query === location?.query);
  const [tag = null, ...others] = new Set(tags.map(({ param }) => param));
  return atLocation?.param ?? (others.length === 0 ? tag : null);
}

/** The parameters that a write stores as entity tags, with the queries that read them. */
function tagsOf(
  { prepared: { query: { parsed }, params }, tables }: Unlinked,
  readers: readonly TagReader[],
): { readonly query: string; readonly param: PreparedParam }[] {
  // A row written with another timestamp may never be read.
  if (parsed.kind === "batch" && parsed.using.length > 0) return [];
  return writesOf(parsed).flatMap((write, index) => {
    if (write.using.some(({ kind }) => kind === "timestamp")) return [];
    const [keys, stored] = [keyMarkers(write), storedMarkers(write)];
    return readers.flatMap(({ query, table, column }) => {
      const isRow = tables[index] === table && [...table.keys].every((key) => keys.has(key));
      const param = params.find(({ param }) => param.name === stored.get(column));
      return isRow && param !== undefined && param.mask === null ? [{ query, param }] : [];
    });
  });
}
