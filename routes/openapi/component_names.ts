/**
 * The named schemas of a route in the OpenAPI document.
 *
 * @module
 */
import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";

/** @throws if the route cannot be described */
export function componentNames(description: RouteConfig): string[] {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerPath(description);
  const { components } = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "", version: "" },
  });
  return Object.keys(components?.schemas ?? {});
}
