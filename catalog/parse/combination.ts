/**
 * Which query parameters a query takes: what tells queries apart that share a method and a path.
 *
 * @module
 */

import type { Param } from "../query.ts";
import { SCAN_PARAMETERS } from "../tags/paging/scan_tag.ts";
import { clientNameOf } from "./client_name.ts";

/** Query parameters by the names that clients use, `limit` and `cursor` left out. */
export interface Combination {
  readonly required: ReadonlySet<string>;
  /** Required and optional. */
  readonly all: ReadonlySet<string>;
}

export function combinationOf(params: readonly Param[]): Combination {
  const own = params.filter(({ source }) => source.in === "query");
  const required = own.filter(({ optional, default: text }) => !optional && text === null);
  const scanned = params.some(({ source }) => source.in === "scan");
  // The range is required; the number of ranges is optional.
  const [range = "range", ...others] = SCAN_PARAMETERS;
  return {
    required: new Set([...required.map(clientNameOf), ...scanned ? [range] : []]),
    all: new Set([...own.map(clientNameOf), ...scanned ? [range, ...others] : []]),
  };
}

/** Whether a request with exactly these parameters is for the query. */
export function fits({ required, all }: Combination, names: ReadonlySet<string>): boolean {
  return required.isSubsetOf(names) && names.isSubsetOf(all);
}

/** The fewest parameters of a request that both queries would take; null if there is no such request. */
export function overlapOf(one: Combination, other: Combination): readonly string[] | null {
  const names = one.required.union(other.required);
  return fits(one, names) && fits(other, names) ? [...names] : null;
}

/** In words: `"severity", optionally "since"`. */
export function describeCombination({ required, all }: Combination, quote: string): string {
  const list = (names: Iterable<string>) =>
    [...names].map((name) => `${quote}${name}${quote}`).join(", ");
  const optional = all.difference(required);
  const needed = required.size === 0 ? "none" : list(required);
  return optional.size === 0 ? needed : `${needed}, optionally ${list(optional)}`;
}
