/**
 * A prepared query → its OpenAPI route: its input, its answers, and who may call it.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { clientNameOf } from "../../../catalog/parse/client_name.ts";
import type { Access } from "../../../catalog/query.ts";
import { orNull } from "../../../codec/or_null.ts";
import type { PreparedParam, PreparedQuery } from "../../../db/prepare/prepared_query.ts";
import { type IdempotencyOptions, takesKey } from "../../idempotency/read_repeatable.ts";
import { takesBody } from "../../input/body/read_body.ts";
import type { ParamPlace } from "../../input/param_place.ts";
import { paramSchemaOf } from "../../input/param_schema.ts";
import { describeScanParams } from "../../input/scan_params.ts";
import { describePageParams } from "../../paging/page_params.ts";
import { withDefault } from "../default_value.ts";
import { withAbsence, withLeast } from "../left_out.ts";
import type { SchemaNames } from "../name_schemas.ts";
import { describeProblems } from "../describe_problems.ts";
import { traitsOf } from "../route_traits.ts";
import { bulkBody, withBulkReport } from "./describe_bulk.ts";
import { currentSchema } from "./describe_current.ts";
import { describeIdempotencyKey } from "./describe_idempotency_key.ts";
import { describePreconditions } from "./describe_preconditions.ts";
import { rawBody } from "./describe_raw.ts";
import { describeWithRequirements } from "./describe_requirements.ts";
import { pageResponses, rowResponses } from "./describe_rows.ts";
import { writeResponses } from "./describe_written.ts";
import { titleOf } from "./title_of.ts";

/** The name of the security scheme in the document. */
export const SECURITY_SCHEME = "oidc";

export interface DescribeOptions {
  /** The names of the query's schemas. */
  readonly names: SchemaNames;
  readonly idempotency: IdempotencyOptions;
}

/** Describes a query that has a route. */
export function describeRoute(
  prepared: PreparedQuery,
  { names, idempotency }: DescribeOptions,
): RouteConfig {
  const { query, params, condition } = prepared;
  const { method, path } = query.route!;
  const summary = query.summary || titleOf(query.name);
  const description = describeWithRequirements(query);
  const success = successOf(prepared, names);
  const current = currentSchema(condition, {
    isBatch: query.verb === "batch",
    name: names.current,
  });
  return {
    method: method.toLowerCase() as Lowercase<typeof method>,
    path: clientPath(path, params.filter(({ param }) => param.source.in === "path")),
    operationId: query.name,
    tags: [query.group],
    summary,
    ...(["", summary].includes(description) ? {} : { description }),
    security: securityOf(query.access),
    request: requestOf(prepared, { names, idempotency }),
    responses: {
      ...(query.bulk ? withBulkReport(success, query.bulk) : success),
      ...describeProblems(
        traitsOf(prepared),
        current === null ? null : { schema: current, name: names.conflict },
      ),
    },
  };
}

/** The input of a request: the values of the parameters, by their places, and what the service itself reads. */
function requestOf(
  prepared: PreparedQuery,
  { names, idempotency }: DescribeOptions,
): NonNullable<RouteConfig["request"]> {
  const { query, params, isPaged } = prepared;
  const { method } = query.route!;
  const of = (place: ParamPlace) => params.filter(({ param }) => param.source.in === place);
  const queryShape = {
    ...shapeOf(of("query")),
    ...(query.scan === null ? {} : describeScanParams(query.scan)),
    ...(query.page === null || !isPaged ? {} : describePageParams(query.page)),
  };
  const body = of("body");
  const bodySchema = withLeast(z.strictObject(shapeOf(body)).openapi(names.body), prepared);
  const headers = {
    ...shapeOf(of("header")),
    ...describePreconditions(prepared),
    ...describeIdempotencyKey(takesKey(prepared, idempotency)),
  };
  return {
    params: z.object(shapeOf(of("path"))),
    query: z.strictObject(queryShape),
    headers: z.object(headers),
    ...(query.raw !== null && query.verb !== "select" ? { body: rawBody(query.raw) } : {}),
    ...(takesBody(method) && body.length > 0
      ? {
        body: {
          required: prepared.leastWritten.length > 0 ||
            body.some(({ param }) => !isOptional(param)),
          ...(query.bulk
            ? bulkBody(bodySchema, names.body)
            : { content: { "application/json": { schema: bodySchema } } }),
        },
      }
      : {}),
  };
}

/** The path with the names that clients know its segments by. */
function clientPath(path: string, params: readonly PreparedParam[]): string {
  const names = new Map(params.map(({ param }) => [param.name, clientNameOf(param)]));
  return path.replace(/\{(\w+)\}/g, (_, name) => `{${names.get(name) ?? name}}`);
}

/** The OpenAPI security requirement of a route; each alternative is one. */
export function securityOf(access: Access): Record<string, string[]>[] {
  if (access.kind !== "scopes") return [];
  return access.anyOf.map((scopes) => ({ [SECURITY_SCHEME]: [...scopes] }));
}

function successOf(prepared: PreparedQuery, names: SchemaNames): RouteConfig["responses"] {
  switch (prepared.query.mode) {
    case "one":
      return rowResponses(prepared, names.row!);
    case "many":
      return pageResponses(prepared, names.row!);
    case "exec":
    case "applied":
      return writeResponses(prepared, names.written);
  }
}

function shapeOf(params: readonly PreparedParam[]): Record<string, z.ZodType<unknown>> {
  return Object.fromEntries(params.map((prepared) => {
    let schema = withDefault(paramSchemaOf(prepared), prepared);
    if (prepared.nullable) schema = orNull(schema);
    if (prepared.param.absent !== null) schema = withAbsence(schema);
    if (isOptional(prepared.param)) schema = schema.optional();
    return [clientNameOf(prepared.param), schema];
  }));
}

function isOptional(param: PreparedParam["param"]): boolean {
  return param.optional || param.default !== null;
}
