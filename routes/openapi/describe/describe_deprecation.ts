/**
 * A deprecated route in the OpenAPI document: marked, and with the reason in its description.
 *
 * @module
 */
import type { RouteConfig } from "@hono/zod-openapi";
import type { Deprecation } from "../../../catalog/query.ts";

export function withDeprecation(
  route: RouteConfig,
  deprecation: Deprecation | null,
): RouteConfig {
  if (deprecation === null) return route;
  const { since, sunset, reason } = deprecation;
  const end = sunset === null ? "" : `, and may be gone from ${sunset} on`;
  const notice = `Deprecated since ${since}${end}: ${reason}`;
  const { description } = route;
  return {
    ...route,
    deprecated: true,
    description: description === undefined ? notice : `${description}\n\n${notice}`,
  };
}
