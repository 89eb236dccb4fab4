/**
 * Queries for hand-written routes: by name, on behalf of the request at hand. What a query takes from
 * the token's claims it takes here too, so that a handler cannot ask for another tenant's rows.
 *
 * @module
 */
import type { Context } from "hono";
import type { Json } from "../codec/codec.ts";
import type { Executor } from "../db/execute.ts";
import type { PreparedQuery } from "../db/prepare.ts";
import type { Row } from "../db/read_rows.ts";
import type { AppEnv } from "./context.ts";
import { compileInput } from "./input.ts";
import { onlyRow } from "./respond/one.ts";

export interface QueryCaller {
  /** The row of a `:one` query. Rejects with `not_found` where there is none. */
  one(name: string, values: Readonly<Record<string, Json>>): Promise<Row>;
  /** The rows of a query, up to 5,000. */
  many(name: string, values: Readonly<Record<string, Json>>): Promise<Row[]>;
}

/** Makes callers for the requests of an app. */
export function createQueryCaller(
  prepared: readonly PreparedQuery[],
  executor: Executor,
): (context: Context<AppEnv>) => QueryCaller {
  const queries = new Map(prepared.map((each) => [
    each.query.name,
    { prepared: each, readInput: compileInput(each, []) },
  ]));
  return (context) => {
    const request = context.get("request");
    async function many(name: string, body: Readonly<Record<string, Json>>): Promise<Row[]> {
      const query = queries.get(name);
      if (query === undefined) {
        throw new TypeError(`Cannot call query "${name}": it is not in cql/`);
      }
      const values = query.readInput({
        path: {},
        query: new URLSearchParams(),
        headers: new Headers(),
        body,
        claims: request.identity?.claims ?? {},
      });
      const { rows } = await executor.execute(query.prepared, values, {
        stopwatch: request.cassandra,
      });
      return rows;
    }
    return {
      many,
      one: async (name, values) => onlyRow(queries.get(name)!.prepared, await many(name, values)),
    };
  };
}
