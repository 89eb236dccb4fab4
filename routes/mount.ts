/**
 * A prepared query → a route that serves it: read the input, run the query, answer by its mode.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { PreparedQuery } from "../db/prepare.ts";
import type { AppEnv } from "./context.ts";
import { describeRoute } from "./describe.ts";
import { guard, type GuardOptions } from "./guard.ts";
import { compileInput } from "./input.ts";
import { negotiate } from "./negotiate.ts";
import { readJsonObject } from "./read_body.ts";
import { respondApplied } from "./respond/applied.ts";
import { respondExec } from "./respond/exec.ts";
import { PAGE_PARAMETERS, respondMany } from "./respond/many.ts";
import { respondOne } from "./respond/one.ts";
import type { Responder, ResponderOptions } from "./respond/responder.ts";
import { respondStream } from "./respond/stream.ts";
import { ROW_FORMATS } from "./row_format.ts";

export interface MountOptions extends GuardOptions, ResponderOptions {
  readonly maxBodyBytes: number;
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
  const readsBody = method !== "GET" && method !== "DELETE";
  const readInput = compileInput(prepared, query.page === null ? [] : PAGE_PARAMETERS);
  const responders = respondersOf(prepared, options);
  const offered = Object.keys(responders) as [string, ...string[]];

  app.openAPIRegistry.registerPath(describeRoute(prepared));
  app.on(
    [method],
    [honoPath(path)],
    ...guard({ path, access: query.access }, options),
    async function serveQuery(context: Context<AppEnv>): Promise<Response> {
      const respond = responders[negotiate(context, offered)]!;
      const body = readsBody
        ? await readJsonObject(context.req.raw, { maxBytes: options.maxBodyBytes })
        : {};
      const url = new URL(context.req.url);
      const values = readInput({
        path: context.req.param() as Record<string, string>,
        query: url.searchParams,
        headers: context.req.raw.headers,
        body,
        claims: context.get("request").identity?.claims ?? {},
      });
      return await respond({ context, url, values });
    },
  );
}

/** `/stations/{station_id}` as Hono spells it. */
export function honoPath(template: string): string {
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
