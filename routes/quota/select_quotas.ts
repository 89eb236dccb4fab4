/**
 * Which quotas apply to a request: those of its route, or if several queries share the route, those of the
 * query that it chooses.
 *
 * @module
 */
import type { Context } from "hono";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { AppEnv } from "../context.ts";
import { compileChoice, type QueryChooser } from "../input/choose_query.ts";
import type { QuotaSet } from "./enforce_quotas.ts";
import type { Quota } from "./quota.ts";
import type { Quotas } from "./quotas.ts";

export interface QuotaSelector {
  /** The quotas of every query, by its name. */
  readonly sets: readonly [QuotaSet, ...QuotaSet[]];
  select(context: Context<AppEnv>): QuotaSet;
}

/** For a route whose quotas do not depend on the request. */
export function onlyQuotas(set: QuotaSet): QuotaSelector {
  return { sets: [set], select: () => set };
}

/** For the queries of one route; a request that none of them fits counts as one for the first. */
export function selectQuotas(
  [first, ...others]: readonly [PreparedQuery, ...PreparedQuery[]],
  quotas: Quotas,
): QuotaSelector {
  const head = quotas.ofQuery(first.query);
  if (others.length === 0) return onlyQuotas(head);
  const choose = compileChoice([first, ...others]);
  const sets = new Map([
    [first, head],
    ...others.map((prepared) => [prepared, quotas.ofQuery(prepared.query)] as const),
  ]);
  return {
    sets: [head, ...[...sets.values()].slice(1)],
    select: ({ req }) => sets.get(chosenBy(choose, new URL(req.url).searchParams) ?? first) ?? head,
  };
}

/** Null if the parameters fit no query: the request is refused later, and counts as one for the first. */
function chosenBy(choose: QueryChooser, parameters: URLSearchParams): PreparedQuery | null {
  try {
    return choose(parameters);
  } catch {
    return null;
  }
}

/** All quotas that a route may have, each once. */
export function quotasIn({ sets }: QuotaSelector): readonly Quota[] {
  return [
    ...new Map(sets.flatMap(({ quotas }) => quotas.map((each) => [each.name, each]))).values(),
  ];
}
