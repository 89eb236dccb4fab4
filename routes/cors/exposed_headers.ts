/**
 * The response headers that a web page may read: those that the service sends, and those that hand-written
 * routes declare. `Content-Type`, `Cache-Control` and a few more need no permission (Fetch standard,
 * "CORS-safelisted response-header name").
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";

/**
 * The headers that the service itself sends. A header that a client should read belongs here and in
 * `docs/http.md`.
 */
const OWN_HEADERS: readonly string[] = [
  "Accept",
  "Accept-Encoding",
  "Accept-Patch",
  "Age",
  "Allow",
  "Cassandra-Consistency",
  "Content-Disposition",
  "Cqlgate-Trace",
  "Deprecation",
  "DPoP-Nonce",
  "ETag",
  "Link",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "Server-Timing",
  "Sunset",
  "WWW-Authenticate",
  "X-Request-Id",
];

export function exposedHeaders(routes: readonly RouteConfig[]): string[] {
  const byName = new Map(OWN_HEADERS.map((name) => [name.toLowerCase(), name]));
  for (const name of routes.flatMap(declaredBy)) {
    if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), name);
  }
  return [...byName.values()].sort();
}

function declaredBy({ responses }: RouteConfig): string[] {
  return Object.values(responses).flatMap((response) => {
    if (!("headers" in response)) return [];
    const { headers } = response;
    return Object.keys(headers instanceof z.ZodObject ? headers.shape : headers ?? {});
  });
}
