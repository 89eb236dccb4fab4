/**
 * A prepared query → a route that serves it: read the input, run the query, answer by its mode.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { PAGE_PARAMETERS } from "../catalog/params.ts";
import type { Query } from "../catalog/query.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import { guard, type GuardOptions } from "./auth/guard.ts";
import type { AppEnv } from "./context.ts";
import { compileBulkInput, compileInput, type OuterInput } from "./input/input.ts";
import { type BodyLimits, readJsonObject, takesBody } from "./input/read_body.ts";
import { type BulkBody, NDJSON, readEntries } from "./input/read_entries.ts";
import { describeRoute } from "./openapi/describe_route.ts";
import { respondApplied } from "./respond/applied.ts";
import { type BulkOptions, respondBulk } from "./respond/bulk.ts";
import { respondExec } from "./respond/exec.ts";
import { respondMany } from "./respond/many.ts";
import { negotiate } from "./respond/negotiate.ts";
import { respondOne } from "./respond/one.ts";
import type { Responder, ResponderOptions } from "./respond/responder.ts";
import { ROW_FORMATS } from "./respond/row_format.ts";
import { respondStream } from "./respond/stream.ts";

export interface MountOptions extends GuardOptions, ResponderOptions, BulkOptions {
  readonly bodyLimits: BodyLimits;
}

/** Adds the query's route, with its description, to the app. */
export function mountQuery(
  app: OpenAPIHono<AppEnv>,
  prepared: PreparedQuery,
  options: MountOptions,
): void {
  const { query } = prepared;
  if (query.route === null) return;
  const { method, path } = query.route;
  const readInput = compileInput(prepared, takesPages(prepared) ? PAGE_PARAMETERS : []);
  const responders = respondersOf(prepared, options);
  const offered = [...Object.keys(responders), ...query.bulk ? [NDJSON] : []] as [
    string,
    ...string[],
  ];
  const readBody = bodyReader(query, options);
  const bulk = query.bulk
    ? { readInput: compileBulkInput(prepared), respond: respondBulk(prepared, options) }
    : null;

  app.openAPIRegistry.registerPath(describeRoute(prepared));
  app.on(
    [method],
    [honoPath(path)],
    ...guard({ path, access: query.access }, options),
    async function serveQuery(context: Context<AppEnv>): Promise<Response> {
      const type = negotiate(context, offered);
      const url = new URL(context.req.url);
      const outer: OuterInput = {
        path: context.req.param() as Record<string, string>,
        query: url.searchParams,
        headers: context.req.raw.headers,
        claims: context.get("request").identity?.claims ?? {},
      };
      const input = await readBody(context.req.raw);
      if (input.kind === "many") {
        return bulk!.respond({ context, upload: input.upload, readValues: bulk!.readInput(outer) });
      }
      const { body } = input;
      // A single input of a bulk route is answered as on any other.
      const respond = responders[type] ?? responders["application/json"]!;
      return await respond({ context, url, values: readInput({ ...outer, body }) });
    },
  );
}

/** Whether `limit` and `cursor` mean anything to the route. */
function takesPages({ query, isPaged }: PreparedQuery): boolean {
  return query.page !== null && isPaged;
}

/** What reads a request's body, as far as the route takes one. */
function bodyReader(
  { route, bulk }: Query,
  { bodyLimits }: MountOptions,
): (request: Request) => Promise<BulkBody> {
  if (bulk) return (request) => readEntries(request, bodyLimits);
  if (route === null || !takesBody(route.method)) {
    return () => Promise.resolve({ kind: "one", body: {} });
  }
  return async (request) => ({ kind: "one", body: await readJsonObject(request, bodyLimits) });
}

/** `/stations/{station_id}` as Hono spells it. */
function honoPath(template: string): string {
  return template.replace(/\{(\w+)\}/g, ":$1");
}

/** A responder for each media type that the query can answer in, the preferred one first. */
function respondersOf(
  prepared: PreparedQuery,
  options: MountOptions,
): Readonly<Record<string, Responder>> {
  switch (prepared.query.mode) {
    case "one":
      return { "application/json": respondOne(prepared, options) };
    case "many":
      return {
        "application/json": respondMany(prepared, options),
        ...Object.fromEntries(
          Object.entries(ROW_FORMATS).map(([type, format]) => [
            type,
            respondStream(prepared, format, options),
          ]),
        ),
      };
    case "exec":
      return { "application/json": respondExec(prepared, options) };
    case "applied":
      return { "application/json": respondApplied(prepared, options) };
  }
}
