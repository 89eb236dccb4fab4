/**
 * The problem responses of a route in the OpenAPI document, from the registry of codes.
 *
 * @module
 */
import type { RouteConfig } from "@hono/zod-openapi";
import type { RouteTrait } from "../../errors/code_row.ts";
import { CODES, codesOf } from "../../errors/codes.ts";
import { problemSchema } from "../respond/problem.ts";

/** What a route with these traits answers when it fails, by status. */
export function problemResponses(traits: ReadonlySet<RouteTrait>): RouteConfig["responses"] {
  const byStatus = Map.groupBy(codesOf(traits), (code) => CODES[code].status);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, {
    description: codes.map((code) => `${CODES[code].title} (\`${code}\`)`).join("; "),
    content: { "application/problem+json": { schema: problemSchema } },
  }]));
}
