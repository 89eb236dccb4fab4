/**
 * The question that a browser asks before it sends a request that a form could not send (Fetch standard,
 * "CORS-preflight request"): whether the route takes the method and the headers. It comes without a token and
 * is answered without a place, from the route's own description.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { methodsOf, type RoutePattern, routesFor } from "../route_pattern.ts";

/** A route as a preflight asks about it. */
export interface PreflightRoute extends RoutePattern {
  /** The request headers that it takes. */
  readonly headers: readonly string[];
}

/**
 * What every route takes, if only to refuse or to ignore it: without permission to send it, a page would get
 * a network error in place of the answer. Many pages send their token with every request. What else a page may
 * send is what its browser asks for: tracers, proxies and libraries add headers of their own.
 */
const ALWAYS: readonly string[] = [
  "Authorization",
  "Cache-Control",
  "Content-Type",
  "Cqlgate-Trace",
  "DPoP",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Traceparent",
  "Tracestate",
  "X-Request-Id",
];

/** A longer list of headers is not answered in kind. A browser asks for the names of what one request sends. */
const MAX_ASKED_CHARACTERS = 4_096;

/** The name of a header (RFC 9110, section 5.1). `*` alone would stand for all of them. */
const HEADER_NAME = /^(?!\*$)[\w!#$%&'*+.^`|~-]+$/;

/** How long a browser may remember an answer, in seconds: as long as Chromium does at most. */
const MAX_AGE_SECONDS = 7_200;

export function preflightRoute(
  { method, path, request }: Pick<RouteConfig, "method" | "path" | "request">,
): PreflightRoute {
  const declared = request?.headers;
  const names = [
    ...ALWAYS,
    ...declared instanceof z.ZodObject ? Object.keys(declared.shape) : [],
  ];
  const byName = new Map(names.map((name) => [name.toLowerCase(), name]));
  return { method: method.toUpperCase(), path, headers: [...byName.values()].sort() };
}

export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") &&
    headers.has("access-control-request-method");
}

/** The headers of a route, and those that a browser asks for besides. */
function withAsked(own: readonly string[], asked: string | null): string[] {
  if (asked === null || asked.length > MAX_ASKED_CHARACTERS) return [...own];
  const names = new Map(own.map((name) => [name.toLowerCase(), name]));
  for (const text of asked.split(",")) {
    const name = text.trim().toLowerCase();
    if (HEADER_NAME.test(name) && !names.has(name)) names.set(name, name);
  }
  return [...names.values()];
}

/**
 * The answer to an origin that may read answers, for a path, with the template of its route; null if no route has the
 * path.
 */
export function answerPreflight(
  { headers }: Request,
  { path, routes }: { readonly path: string; readonly routes: readonly PreflightRoute[] },
): { readonly response: Response; readonly template: string } | null {
  const found = routesFor(path, routes);
  const [first] = found;
  if (first === undefined) return null;
  const asked = headers.get("access-control-request-method");
  const route = found.find(({ method }) => method === asked) ?? first;
  const response = new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": methodsOf(found).join(", "),
      "access-control-allow-headers": withAsked(
        route.headers,
        headers.get("access-control-request-headers"),
      )
        .join(", "),
      "access-control-max-age": `${MAX_AGE_SECONDS}`,
      "cache-control": "no-store",
      "vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
    },
  });
  return { response, template: route.path };
}
