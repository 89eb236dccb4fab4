/**
 * Where in a request a parameter's value is, as the client knows it: the place, the name there, and the
 * JSON pointer (RFC 6901) of both.
 *
 * @module
 */
import { clientNameOf } from "../../catalog/parse/client_name.ts";
import type { Param, ParamSource } from "../../catalog/query.ts";
import type { PreparedParam } from "../../db/prepare/prepared_query.ts";
import { pointerTo } from "../../errors/invalid_input.ts";
import { ServiceError } from "../../errors/service_error.ts";

/** The place that a client knows a parameter by. */
export type ParamPlace = "path" | "query" | "header" | "body";

/** The pointer to a parameter by its name. */
export function pointerOf(params: readonly PreparedParam[], name: string): string {
  const found = params.find(({ param }) => param.name === name);
  return found === undefined ? pointerTo(["body", name]) : pointerToParam(found.param);
}

/** The pointer to a parameter. */
export function pointerToParam(param: Param): string {
  const { source } = param;
  if (source.in === "content") return pointerTo(["body"]);
  if (source.in === "content-type") return pointerTo(["header", "Content-Type"]);
  return pointerTo([source.in, clientNameOf(param)]);
}

/** The source of a parameter by its name. */
export function sourceOf(params: readonly PreparedParam[], name: string): ParamSource {
  return params.find(({ param }) => param.name === name)?.param.source ?? { in: "body" };
}

/** The thrown error, with pointers in place of the parameter names that `db` knows. */
export function withPointers(thrown: unknown, params: readonly PreparedParam[]): unknown {
  if (!(thrown instanceof ServiceError) || thrown.paramErrors.length === 0) return thrown;
  const found = thrown.paramErrors.map(({ param, detail }) => ({
    pointer: pointerOf(params, param),
    detail,
  }));
  return thrown.withErrors([...thrown.errors, ...found]);
}
