/**
 * A prepared query → a route that serves it: read the input, run the query, answer by its mode.
 *
 * @module
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { CursorBinding, CursorBox } from "../db/cursor.ts";
import type { EncodedValues, Executor } from "../db/execute.ts";
import type { PreparedQuery } from "../db/prepare.ts";
import type { Row } from "../db/read_rows.ts";
import { ServiceError } from "../errors.ts";
import type { AppEnv } from "./context.ts";
import { describeRoute } from "./describe.ts";
import { guard, type GuardOptions } from "./guard.ts";
import { compileInput } from "./input.ts";
import { invalidInput } from "./problem.ts";
import { readJsonObject } from "./read_body.ts";

export interface MountOptions extends GuardOptions {
  readonly executor: Executor;
  readonly cursors: CursorBox;
  readonly maxBodyBytes: number;
}

const JSON_TYPE = { "content-type": "application/json", "cache-control": "no-store" };
const PAGE_PARAMETERS = ["limit", "cursor"];

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
  const respond = responderOf(prepared, options);

  app.openAPIRegistry.registerPath(describeRoute(prepared));
  app.on(
    [method],
    [honoPath(path)],
    ...guard({ path, access: query.access }, options),
    async function serveQuery(context: Context<AppEnv>): Promise<Response> {
      assertAcceptable(context);
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

interface Served {
  readonly context: Context<AppEnv>;
  readonly url: URL;
  readonly values: EncodedValues;
}

type Responder = (served: Served) => Promise<Response>;

function responderOf(prepared: PreparedQuery, options: MountOptions): Responder {
  switch (prepared.query.mode) {
    case "one":
      return respondOne(prepared, options);
    case "many":
      return respondMany(prepared, options);
    case "exec":
      return respondExec(prepared, options);
    case "applied":
      return respondApplied(prepared, options);
  }
}

function respondOne(prepared: PreparedQuery, { executor }: MountOptions): Responder {
  return async ({ context, values }) => {
    const { rows } = await executor.execute(prepared, values, {
      fetchSize: 2,
      stopwatch: context.get("request").cassandra,
    });
    return json(onlyRow(prepared, rows));
  };
}

/**
 * The row of a `:one` query.
 *
 * @throws {ServiceError} `not_found`, or `too_many_rows` for a query that is not what it claims
 */
export function onlyRow({ query }: PreparedQuery, rows: readonly Row[]): Row {
  const [row, second] = rows;
  if (row === undefined) {
    throw new ServiceError("not_found", "There is no such row for this caller");
  }
  if (second !== undefined) {
    throw new ServiceError(
      "too_many_rows",
      `Query "${query.name}" promises one row and found more: its author should make it ":many" or name the whole key`,
    );
  }
  return row;
}

function respondMany(prepared: PreparedQuery, options: MountOptions): Responder {
  const { executor, cursors } = options;
  const { query } = prepared;
  const page = query.page!;
  return async ({ context, url, values }) => {
    const fetchSize = readLimit(url.searchParams, page);
    const binding: CursorBinding = {
      query: query.name,
      statement: query.statement,
      values: prepared.bind(values),
      caller: context.get("request").identity?.subject ?? "",
    };
    const cursor = url.searchParams.get("cursor");
    const result = await executor.execute(
      prepared,
      values,
      {
        fetchSize,
        pagingState: cursor === null ? undefined : cursors.open(cursor, binding),
        stopwatch: context.get("request").cassandra,
      },
    );
    if (result.pagingState === null) return json({ items: result.rows, next_cursor: null });
    const next = cursors.seal(result.pagingState, binding);
    url.searchParams.set("cursor", next);
    return json({ items: result.rows, next_cursor: next }, {
      headers: { link: `<${url.pathname}${url.search}>; rel="next"` },
    });
  };
}

function readLimit(query: URLSearchParams, page: { size: number; max: number }): number {
  const texts = query.getAll("limit");
  if (texts.length === 0) return page.size;
  const limit = texts.length === 1 && /^\d{1,9}$/.test(texts[0]!) ? Number(texts[0]) : NaN;
  if (limit >= 1 && limit <= page.max) return limit;
  throw invalidInput([{
    pointer: "/query/limit",
    detail: `Expected an integer from 1 to ${page.max}`,
  }]);
}

function respondExec(prepared: PreparedQuery, { executor }: MountOptions): Responder {
  return async ({ context, values }) => {
    await executor.execute(prepared, values, {
      stopwatch: context.get("request").cassandra,
    });
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  };
}

function respondApplied(prepared: PreparedQuery, { executor }: MountOptions): Responder {
  const status = prepared.query.route?.method === "POST" ? 201 : 200;
  return async ({ context, values }) => {
    const { applied, rows } = await executor.execute(prepared, values, {
      stopwatch: context.get("request").cassandra,
    });
    if (applied) return json({ applied: true }, { status });
    throw new ServiceError(
      "not_applied",
      'The condition did not hold, so nothing was changed: "current" is the row as it is now',
      { extensions: { current: rows[0] ?? null } },
    );
  };
}

function json(body: unknown, init: { status?: number; headers?: Record<string, string> } = {}) {
  return new Response(JSON.stringify(body), {
    status: init.status ?? 200,
    headers: { ...JSON_TYPE, ...init.headers },
  });
}

/** RFC 9110, section 12.5.1: without `Accept`, anything goes. */
function assertAcceptable(context: Context<AppEnv>): void {
  const header = context.req.header("accept");
  if (header === undefined || header.includes("*/*") || header.includes("application/json")) return;
  const match = accepts(context, {
    header: "Accept",
    supports: ["application/json"],
    default: "none",
    match: (accepted) =>
      accepted.some(({ type, q }) =>
          q > 0 && ["*/*", "application/*", "application/json"].includes(type.toLowerCase())
        )
        ? "json"
        : "none",
  });
  if (match === "none") {
    throw new ServiceError(
      "not_acceptable",
      'This route answers in "application/json": say so in "Accept", or leave it out',
    );
  }
}
