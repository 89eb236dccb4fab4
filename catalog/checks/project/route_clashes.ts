/**
 * Routes of several queries: whether the parameters of a request tell the queries apart, and whether everything
 * else that callers and OpenAPI see is the same. A route of one query cannot clash.
 *
 * @module
 */

import { combinationOf, overlapOf } from "../../parse/combination.ts";
import type { RouteTag } from "../../tags/route/route_tag.ts";
import { pathShape } from "../../tags/route/route_tag.ts";
import { placeOf } from "../../text/diagnose.ts";
import type { Diagnostic } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

/** How a query clashes with others. */
export interface RouteClash {
  readonly query: QueryFacts;
  readonly diagnostic: Diagnostic;
}

/** A query whose route is known. */
interface Routed {
  readonly facts: QueryFacts;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly span: RouteTag["span"];
}

/** @param queries of all files */
export function findRouteClashes(queries: readonly QueryFacts[]): RouteClash[] {
  const routed = queries.flatMap(routedOf);
  const groups = [
    ...Map.groupBy(routed, ({ method, path }) => `${method} ${pathShape(path)}`).values(),
  ];
  return [
    ...groups.flatMap((group) =>
      group.flatMap((each, index) => clashWithin(each, group.slice(0, index)))
    ),
    ...groups.flatMap(operationsOf),
    ...clashingOperations(groups),
  ];
}

function routedOf(facts: QueryFacts): Routed[] {
  const { route, header } = facts;
  if (route === null || route.method === null || route.path === null) return [];
  const { method, path, span } = route;
  return [{ facts, name: header?.name ?? "", method, path: path.text, span }];
}

/** The first conflict with an earlier query. */
function clashWithin(each: Routed, before: readonly Routed[]): RouteClash[] {
  for (const other of before) {
    const mistake = mistakeBeside(each, other);
    if (mistake === null) continue;
    const { message, help } = mistake;
    const span = each.span;
    const diagnostic = { span, message, help: `${help}; the first is at ${placeOf(other.span)}` };
    return [{ query: each.facts, diagnostic }];
  }
  return [];
}

function mistakeBeside(each: Routed, other: Routed): Omit<Diagnostic, "span"> | null {
  const [own, others] = [combinationOf(each.facts.params), combinationOf(other.facts.params)];
  const overlap = overlapOf(own, others);
  const duplicate = `Duplicate route "${each.method} ${each.path}"`;
  if (overlap !== null && own.all.size + others.all.size === 0) {
    return { message: duplicate, help: "Change its method or path" };
  }
  if (each.path !== other.path) {
    return { message: duplicate, help: "Change its method or path, or name its markers alike" };
  }
  if (overlap !== null) {
    const names = overlap.map((name) => `"${name}"`).join(", ");
    const what = overlap.length === 0 ? "without query parameters" : `with ${names} alone`;
    return {
      message: `Cannot tell "${each.name}" from "${other.name}": a request ${what} matches both`,
      help: "Require a query parameter that the other does not take, or change the path",
    };
  }
  if (own.all.has("limit") || others.all.has("limit")) {
    return {
      message:
        `Cannot serve "${each.name}" at the route of "${other.name}": "limit" would be a value of one and the page size of the other`,
      help: 'Choose another name in "as=", or change the method or path',
    };
  }
  const difference = differenceOf(each, other);
  if (difference === null) return null;
  return {
    message: `Cannot serve "${each.name}" at the route of "${other.name}": ${difference} differ`,
    help: "Make them alike, or change the method or path",
  };
}

/** What callers would see change with the parameters that they send; null if nothing would. */
function differenceOf(each: Routed, other: Routed): string | null {
  const [own, others] = [each.facts, other.facts];
  if (own.mode !== others.mode) return "their modes";
  if (accessOf(own) !== accessOf(others)) return "their scopes";
  if (claimsOf(own) !== claimsOf(others)) return "their claims";
  if (own.tags.bulk.length !== others.tags.bulk.length) return "their @bulk tags";
  if (own.tags.raw.length !== others.tags.raw.length) return "their @raw tags";
  return deprecationOf(own) === deprecationOf(others) ? null : "their @deprecated tags";
}

function accessOf({ tags }: QueryFacts): string {
  const scopes = tags.scope.map(({ scopes }) => scopes.toSorted().join(" ")).toSorted();
  return JSON.stringify([tags.public.length > 0, [...new Set(scopes)]]);
}

function claimsOf({ params }: QueryFacts): string {
  const claims = params.flatMap(({ source }) => source.in === "claim" ? source.claim : []);
  return JSON.stringify([...new Set(claims)].sort());
}

function deprecationOf({ tags: { deprecated: [tag] } }: QueryFacts): string {
  return tag === undefined ? "" : JSON.stringify([tag.since, tag.sunset, tag.reason]);
}

/** Second names of one operation. */
function operationsOf(group: readonly Routed[]): RouteClash[] {
  const named = group.flatMap(({ facts }) => facts.tags.operation.map((tag) => ({ facts, tag })));
  const [first] = named;
  return named.filter(({ tag }) => tag.name !== first?.tag.name).map(({ facts, tag }) => ({
    query: facts,
    diagnostic: {
      span: tag.nameSpan,
      message: `Cannot name the operation "${tag.name}": it is "${first!.tag.name}" already`,
      help: `Use one name for all queries of the route; the first is at ${
        placeOf(first!.tag.nameSpan)
      }`,
    },
  }));
}

/** Operations that have the name of another route's. */
function clashingOperations(groups: readonly (readonly Routed[])[]): RouteClash[] {
  const taken = new Map<string, number>();
  for (const [index, group] of groups.entries()) {
    for (const { name } of group) if (!taken.has(name)) taken.set(name, index);
  }
  return groups.flatMap((group, index) => {
    const [tagged] = group.filter(({ facts }) => facts.tags.operation.length > 0);
    const [tag] = tagged?.facts.tags.operation ?? [];
    if (tagged === undefined || tag === undefined) return [];
    const owner = taken.get(tag.name) ?? index;
    taken.set(tag.name, owner);
    if (owner === index) return [];
    return [{
      query: tagged.facts,
      diagnostic: {
        span: tag.nameSpan,
        message: `Duplicate operation "${tag.name}"`,
        help: "Choose another name: the queries of another route have this one",
      },
    }];
  });
}
