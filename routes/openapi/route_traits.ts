/**
 * The traits of a route that decide which codes it can answer with.
 *
 * @module
 */
import type { Access } from "../../catalog/query.ts";
import type { PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { RouteTrait } from "../../errors/code_row.ts";
import { takesBody } from "../input/body/read_body.ts";
import { hasContent } from "../respond/modes/written_values.ts";

/** What we know about a hand-written route. */
export interface HandwrittenFacts {
  readonly path: string;
  readonly access: Access;
  readonly hasBody: boolean;
  /** Whether it answers in media types that it declares. */
  readonly isNegotiated: boolean;
}

/** The traits of a query's route. */
export function traitsOf(
  prepared: PreparedQuery,
): ReadonlySet<RouteTrait> {
  const { query, columns, condition, writes, idempotent, isPaged } = prepared;
  const { route, mode, walk } = query;
  const takesIfMatch = query.params.some(({ source }) => source.in === "if-match");
  return traitsWhere({
    scoped: query.access.kind === "scopes",
    required: query.requirements.length > 0,
    path_parameters: route !== null && route.path.includes("{"),
    body: route !== null && takesBody(route.method),
    negotiated: query.bulk !== null || hasContent(prepared),
    one: mode === "one",
    many: mode === "many",
    streams: mode === "many" || mode === "one" || query.bulk !== null,
    paged: mode === "many" && isPaged,
    bounded: query["max-rows"] !== null,
    walk: walk !== null,
    // Where only the tag is compared, nothing else can fail.
    applied: condition !== null && condition.checks !== "exists" && !condition.comparesTagAlone,
    exists: condition?.checks === "exists",
    not_exists: condition?.checks === "not_exists",
    computed_numbers: columns.some(({ computed, codec }) => computed && codec.isUnbounded),
    etag: query.etag !== null,
    if_match: takesIfMatch,
    writes,
    audited: query.audit,
    not_idempotent: writes && !idempotent,
  });
}

export function traitsOfHandwritten(
  { path, access, hasBody, isNegotiated }: HandwrittenFacts,
): ReadonlySet<RouteTrait> {
  return traitsWhere({
    hand_written: true,
    scoped: access.kind === "scopes",
    // It may call a query that does.
    required: access.kind === "scopes",
    path_parameters: path.includes("{"),
    body: hasBody,
    negotiated: isNegotiated,
  });
}

function traitsWhere(holds: Partial<Record<RouteTrait, boolean>>): ReadonlySet<RouteTrait> {
  const entries = Object.entries(holds) as [RouteTrait, boolean][];
  return new Set<RouteTrait>([
    "any",
    ...entries.filter(([, does]) => does).map(([trait]) => trait),
  ]);
}
