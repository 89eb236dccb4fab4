/**
 * Which of the queries that share a route a request is for: the query whose parameters are exactly those in the
 * request's query string. The names are worked out once.
 *
 * @module
 */
import {
  type Combination,
  combinationOf,
  describeCombination,
  fits,
} from "../../catalog/parse/combination.ts";
import { PAGE_PARAMETERS } from "../../catalog/parse/params.ts";
import { asClause } from "../../catalog/text/as_clause.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import { invalidInput, pointerTo } from "../../errors/invalid_input.ts";
import type { InputError } from "../../errors/service_error.ts";

// More than a person reads.
const MAX_UNKNOWN = 10;

/** @throws {ServiceError} `invalid_input` if no query has these parameters */
export type QueryChooser = (query: URLSearchParams) => PreparedQuery;

/** Chooses among queries that share a route. */
export function compileChoice(prepared: readonly PreparedQuery[]): QueryChooser {
  const combinations = prepared.map(({ params }) =>
    combinationOf(params.map(({ param }) => param))
  );
  const known = new Set(combinations.flatMap(({ all }) => [...all]));
  const own = prepared[0]?.query.mode === "many" ? PAGE_PARAMETERS : [];
  const detail = listCombinations(combinations);
  return (query) => {
    const names = new Set<string>();
    const unknown = new Set<string>();
    for (const name of query.keys()) {
      if (own.includes(name)) continue;
      if (known.has(name)) names.add(name);
      else if (unknown.size < MAX_UNKNOWN) unknown.add(name);
    }
    const chosen = unknown.size > 0
      ? undefined
      : prepared[combinations.findIndex((each) => fits(each, names))];
    if (chosen !== undefined) return chosen;
    throw invalidInput([
      ...[...unknown].map((name): InputError => ({
        pointer: pointerTo(["query", name]),
        detail: `Unknown: ${asClause(suggest(name, [...known, ...own]))}`,
      })),
      { pointer: "/query", detail },
    ]);
  };
}

function listCombinations(combinations: readonly Combination[]): string {
  const texts = combinations.map((each) => describeCombination(each, '"'));
  return `Expected the parameters of one of these combinations: ${texts.join("; ")}`;
}
