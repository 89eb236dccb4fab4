/**
 * A query with `@mask` as callers see it: the same query, with readers that leave out what a caller lacks
 * the scopes for. Chosen before the query runs, so that no way out of the service has values to hide.
 *
 * @module
 */
import type { PreparedQuery } from "./prepared_query.ts";
import type { ColumnMask } from "./column_mask.ts";
import { type Conceal, concealsFor, type TextHash } from "./rows/conceal.ts";
import { compileRowReader, createShapeReader, type ShapeReader } from "./rows/read_rows.ts";

export interface ViewOptions<Compiled> {
  /** Null if no query has a mask that needs it. */
  readonly hash: TextHash | null;
  /** Called once for each view. */
  readonly compile: (view: PreparedQuery) => Compiled;
}

/** Gives callers with these scopes what was compiled for their view of the query. */
export type Views<Compiled> = (scopes: ReadonlySet<string>) => Compiled;

/** Compiles a query for each group of callers who see the same of it, when the first of them comes. */
export function compileViews<Compiled>(
  prepared: PreparedQuery,
  { hash, compile }: ViewOptions<Compiled>,
): Views<Compiled> {
  const conditions = conditionsOf(prepared);
  if (conditions.length === 0) {
    const only = compile(prepared);
    return () => only;
  }
  const views = new Map<string, Compiled>();
  return (scopes) => {
    const isMet = conditions.map((unless) => unless.every((scope) => scopes.has(scope)));
    const key = isMet.join();
    const known = views.get(key);
    if (known !== undefined) return known;
    const met = new Set(conditions.filter((_, index) => isMet[index]).map(keyOf));
    const view = compile(viewOf(prepared, { sees: ({ unless }) => met.has(keyOf(unless)), hash }));
    views.set(key, view);
    return view;
  };
}

/** The query for callers without any scope. What is not chosen for a caller shows what it shows to them. */
export function closedView(prepared: PreparedQuery): PreparedQuery {
  return viewOf(prepared, { sees: () => false, hash: null });
}

/** The scopes that lift the masks, each set once. */
function conditionsOf({ columns, params, condition }: PreparedQuery): (readonly string[])[] {
  const masks = [...columns, ...params, ...condition?.shown ?? []].flatMap(({ mask }) =>
    mask ?? []
  );
  return [...new Map(masks.map(({ unless }) => [keyOf(unless), unless])).values()];
}

function keyOf(unless: readonly string[]): string {
  return unless.toSorted().join(" ");
}

interface Viewer {
  readonly sees: (mask: ColumnMask) => boolean;
  readonly hash: TextHash | null;
}

function viewOf(prepared: PreparedQuery, { sees, hash }: Viewer): PreparedQuery {
  const { query, statement, columns } = prepared;
  const conceals = concealsFor(hash);
  const concealOf = (mask: ColumnMask | null) =>
    mask === null || sees(mask) ? null : conceals[mask.with];
  // What a write reads back it compares first; `show` hides what it answers with of that.
  const hidden = columns.map(({ mask }) => query.verb === "select" ? concealOf(mask) : null);
  return {
    ...prepared,
    rowReader: compileRowReader(statement.columns, {
      isComputed: (index) => columns[index]?.computed ?? false,
      concealOf: (index) => hidden[index] ?? null,
    }),
    shapeReader: concealShapes(columns.map(({ name }, index) => [name, hidden[index]!])),
    show(value, mask) {
      const conceal = concealOf(mask);
      return conceal === null ? value : conceal(value);
    },
  };
}

/** Reads rows of a table that has changed: a column that is not known yet may be a masked one, renamed. */
function concealShapes(columns: readonly (readonly [name: string, Conceal | null])[]): ShapeReader {
  if (columns.every(([, conceal]) => conceal === null)) return createShapeReader();
  const conceals = new Map(columns);
  return createShapeReader({
    concealOf: (name) => conceals.has(name) ? conceals.get(name)! : () => null,
  });
}
