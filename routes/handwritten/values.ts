/**
 * The values that a handler passes to a query → the bytes that are bound. A handler passes each value by
 * the name of its parameter, wherever a client of the query's own route would send it. Claims still come
 * from the token. A value that does not fit is reported to the client, since it may be the client's own;
 * a wrong name is a mistake in the handler.
 *
 * @module
 */
import type { ParamSource } from "../../catalog/query.ts";
import { asClause } from "../../catalog/text/as_clause.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import type { Json } from "../../codec/codec.ts";
import { finish } from "../../runtime/steps.ts";
import type {
  EncodedValues,
  PreparedParam,
  PreparedQuery,
} from "../../db/prepare/prepared_query.ts";
import { ServiceError } from "../../errors/service_error.ts";
import type { Claims } from "../context.ts";
import type { Seeds } from "../generate/seed.ts";
import { notJson } from "./json_value.ts";
import { compileInput } from "../input/compile_input.ts";
import { NO_OWN_PARAMS } from "../input/own_params.ts";
import { takesBody } from "../input/body/read_body.ts";

/** The values of a query's parameters by name, but for those from the token; undefined leaves one out. */
export type QueryValues = Readonly<Record<string, Json | undefined>>;

/**
 * @throws {TypeError} if a value is missing, is nothing that JSON has, or has a name that the query does not know
 * @throws {ServiceError} `invalid_input` with every value that does not fit, `missing_claim` or
 * `requirement_not_met`
 */
export type ValueReader = (values: QueryValues, claims: Claims) => EncodedValues;

/** What tells where a route's client sends a value. */
export interface RoutePlace {
  readonly method: string;
  readonly path: string;
}

/** Where a handler passes each value by its name, errors point to where a client of the route would send it. */
export function compileValues(
  prepared: PreparedQuery,
  { route, seeds }: { readonly route: RoutePlace; readonly seeds: Seeds },
): ValueReader {
  const given = withValuesByName(prepared);
  const read = compileInput(given, NO_OWN_PARAMS);
  const assertNames = compileNames(given);
  const headers = new Headers();
  const query = new URLSearchParams();
  return (values, claims) => {
    const body = Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== undefined),
    );
    assertNames(body);
    try {
      return finish(read({ path: {}, query, headers, body, claims, seeds })).values;
    } catch (error) {
      assertJson(prepared, body);
      throw withPlaces(error, route);
    }
  };
}

/** Sources that a handler cannot fill in. */
const KEPT: readonly ParamSource["in"][] = ["claim", "bucket", "walk", "generated"];

/** The query as if each value that a client sends came in the body: a handler's values are read there. */
function withValuesByName(prepared: PreparedQuery): PreparedQuery {
  const params = prepared.params.map((each): PreparedParam => {
    const { in: place } = each.param.source;
    if (KEPT.includes(place)) return each;
    return { ...each, param: { ...each.param, as: null, source: { in: "body" } } };
  });
  return { ...prepared, params };
}

function compileNames({ query, params }: PreparedQuery): (body: object) => void {
  const taken = params.filter(({ param }) => param.source.in === "body").map(({ param }) => param);
  const names = taken.map(({ name }) => name);
  const required = taken.filter((param) => !param.optional && param.default === null)
    .map(({ name }) => name);
  return (body) => {
    const unknown = Object.keys(body).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      const help = names.length === 0 ? "it takes no values" : asClause(suggest(unknown, names));
      throw new TypeError(`Cannot call query "${query.name}" with a value "${unknown}": ${help}`);
    }
    const missing = required.find((name) => !Object.hasOwn(body, name));
    if (missing !== undefined) {
      throw new TypeError(`Cannot call query "${query.name}": the value "${missing}" is missing`);
    }
  };
}

/** Whether values that do not fit are the handler's mistake. */
function assertJson({ query }: PreparedQuery, body: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(body)) {
    const mistake = notJson(value);
    if (mistake === null) continue;
    throw new TypeError(
      `Cannot call query "${query.name}" with a value "${name}": JSON has no form for ${mistake}`,
    );
  }
}

/** The thrown error, with pointers to the places where a client of the `@route` sends these values. */
export function withPlaces(thrown: unknown, { method, path }: RoutePlace): unknown {
  if (!(thrown instanceof ServiceError)) return thrown;
  if (thrown.errors.length + thrown.paramErrors.length === 0) return thrown;
  const rest = takesBody(method.toUpperCase()) ? "body" : "query";
  const pointerOf = (name: string) => `/${path.includes(`{${name}}`) ? "path" : rest}/${name}`;
  return thrown.withErrors([
    ...thrown.errors.map(({ pointer, detail }) => ({
      pointer: pointer.replace(/^\/body\/([^/]*)/, (_, name) => pointerOf(name)),
      detail,
    })),
    ...thrown.paramErrors.map(({ param, detail }) => ({ pointer: pointerOf(param), detail })),
  ]);
}
