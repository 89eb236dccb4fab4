/**
 * A query with `@mask` as callers see it: the same query, with readers that leave out the values that a caller
 * lacks the scopes for. The view is chosen before the query runs, so no other part of the service has to hide
 * anything.
 *
 * @module
 */
import { computedIn, type PreparedQuery } from "./prepared_query.ts";
import type { ColumnMask } from "./column_mask.ts";
import { type Conceal, concealsFor, type TextHash } from "./rows/conceal.ts";
import {
  compileRowReader,
  createShapeReader,
  type ShapeReader,
  type ShapeReaderOptions,
} from "./rows/read_rows.ts";

export interface ViewOptions<Compiled> {
  /** Null if no query has a mask that needs it. */
  readonly hash: TextHash | null;
  /** Called once for each view. */
  readonly compile: (view: PreparedQuery) => Compiled;
}

/** Returns what was compiled for the view of callers with these scopes. */
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

/** The query for callers without any scope. Answers that are not made for a particular caller use it. */
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
  const isSelect = query.verb === "select";
  const concealOf = (mask: ColumnMask | null) =>
    mask === null || sees(mask) ? null : conceals[mask.with];
  // A write first compares the values that it reads back; `show` hides them in the answer.
  const hidden = columns.map(({ mask }) => isSelect ? concealOf(mask) : null);
  return {
    ...prepared,
    rowReader: compileRowReader(statement.columns, {
      isComputed: (index) => columns[index]?.computed ?? false,
      concealOf: (index) => hidden[index] ?? null,
    }),
    shapeReader: concealShapes(columns.map(({ name }, index) => [name, hidden[index]!]), {
      skipsUnknown: query.conditional,
      computed: computedIn(columns),
      unseen: isSelect ? query.masks.filter((mask) => !sees(mask)).map(({ column }) => column) : [],
    }),
    show(value, mask) {
      const conceal = concealOf(mask);
      return conceal === null ? value : conceal(value);
    },
  };
}

interface ChangedShapeOptions extends ShapeReaderOptions {
  /** The columns that masks hide from the caller, whether or not the table had them. */
  readonly unseen: readonly string[];
}

/** Reads rows of a table that has changed: a column that is not known yet may be a masked one, renamed or added. */
function concealShapes(
  columns: readonly (readonly [name: string, Conceal | null])[],
  { unseen, ...options }: ChangedShapeOptions,
): ShapeReader {
  const hidesAny = columns.some(([, conceal]) => conceal !== null);
  if (!hidesAny && unseen.length === 0) return createShapeReader(options);
  const conceals = new Map(columns);
  return createShapeReader({
    ...options,
    concealOf(name) {
      if (conceals.has(name)) return conceals.get(name)!;
      return hidesAny || unseen.includes(name) ? () => null : null;
    },
  });
}
