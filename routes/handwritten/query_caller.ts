/**
 * Queries for hand-written routes: by name, on behalf of the request. What a query takes from the
 * token's claims it takes here too, so that a handler cannot ask for another tenant's rows.
 *
 * @module
 */
import type { Context } from "hono";
import type { Json } from "../../codec/codec.ts";
import type { PreparedParam, PreparedQuery } from "../../db/prepare/prepared_query.ts";
import type { Row } from "../../db/prepare/read_rows.ts";
import type { Executor } from "../../db/run/execute.ts";
import { createPageReader } from "../../db/run/pages.ts";
import type { AppEnv, RequestContext } from "../context.ts";
import { compileInput } from "../input/input.ts";
import { NO_OWN_PARAMS } from "../input/own_params.ts";
import { onlyRow } from "../respond/one.ts";

const MAX_ROWS = 5_000;

/** The values of a query's parameters by name, but for those that come from the token. */
export type QueryValues = Readonly<Record<string, Json>>;

/** Calls the queries that a route names. */
export interface QueryCaller<Name extends string = string> {
  /** The row of a `:one` query. Rejects with `not_found` where there is none. */
  one(name: Name, values: QueryValues): Promise<Row>;
  /** The rows of a query, up to 5,000. */
  many(name: Name, values: QueryValues): Promise<Row[]>;
}

/** Makes, for a route that names these queries, what makes the caller of a request. */
export type CallerFactory = <Name extends string>(
  names: readonly Name[],
) => (context: Context<AppEnv>) => QueryCaller<Name>;

/** @param prepared every query that there is */
export function createCallerFactory(
  prepared: readonly PreparedQuery[],
  executor: Executor,
): CallerFactory {
  const byName = new Map(prepared.map((each) => [each.query.name, each]));
  return <Name extends string>(names: readonly Name[]) => {
    const calls = new Map<string, Call>(names.map((name) => {
      const found = byName.get(name);
      if (found === undefined) throw new TypeError(`Cannot mount a route: no query "${name}"`);
      return [name, compileCall(found, executor)];
    }));
    return (context) => callerFor(context.get("request"), calls);
  };
}

function callerFor(request: RequestContext, calls: ReadonlyMap<string, Call>): QueryCaller {
  function find(name: string): Call {
    const call = calls.get(name);
    if (call !== undefined) return call;
    throw new TypeError(
      `Cannot call query "${name}": the route does not name it: add it to "queries" in defineRoute()`,
    );
  }
  async function many(name: string, values: QueryValues): Promise<Row[]> {
    return await find(name).read(values, request);
  }
  return {
    many,
    one: async (name, values) => onlyRow(find(name).prepared, await many(name, values)),
  };
}

interface Call {
  readonly prepared: PreparedQuery;
  read(values: QueryValues, request: RequestContext): Promise<Row[]>;
}

function compileCall(prepared: PreparedQuery, executor: Executor): Call {
  const readInput = compileInput(withValuesByName(prepared), NO_OWN_PARAMS);
  const readPage = createPageReader(prepared, executor);
  return {
    prepared,
    async read(body, { identity, cassandra }) {
      const { values } = readInput({
        path: {},
        query: new URLSearchParams(),
        headers: new Headers(),
        body,
        claims: identity?.claims ?? {},
      });
      const page = { size: MAX_ROWS, position: null, stopwatch: cassandra };
      const { rows, next } = await readPage(values, page);
      if (next === null) return rows;
      throw new TypeError(
        `Cannot read all rows of "${prepared.query.name}": there are more than ${MAX_ROWS}, or no time was left`,
      );
    },
  };
}

/** The query as if each value that a client sends came in the body: a handler's values are read there. */
function withValuesByName(prepared: PreparedQuery): PreparedQuery {
  const params = prepared.params.map((each): PreparedParam => {
    const { in: place } = each.param.source;
    if (place === "claim" || place === "bucket" || place === "walk") return each;
    return { ...each, param: { ...each.param, source: { in: "body" } } };
  });
  return { ...prepared, params };
}
