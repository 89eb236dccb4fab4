/**
 * The schema of a hand-written route's path against the path itself. A name that only one of them has would refuse
 * every request, and the OpenAPI document would be invalid: each template expression has a path parameter, and each
 * path parameter a template expression (OpenAPI 3.1, section 4.8.10).
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { quote } from "../../catalog/text/quote.ts";

/** How the names of the path and of its schema differ, as a sentence; null if they do not, or nobody can say. */
export function pathParamsMistake({ path, request }: RouteConfig): string | null {
  const shape = shapeOf(request?.params);
  if (shape === null) return null;
  const inPath = segmentNames(path);
  const notInPath = shape.filter((name) => !inPath.includes(name));
  const notInSchema = inPath.filter((name) => !shape.includes(name));
  const states = [
    notInPath.length === 0 ? null : `the path has no ${quoted(notInPath)}`,
    notInSchema.length === 0 ? null : `"params" has no ${quoted(notInSchema)}`,
  ].filter((state) => state !== null);
  if (states.length === 0) return null;
  return `Cannot read path "${path}" by its "params": ${states.join(", and ")}`;
}

/** The route, with a text for each segment in the OpenAPI document that it does not describe. */
export function withPathParams(route: RouteConfig): RouteConfig {
  if (route.request?.params !== undefined) return route;
  const own = route.parameters ?? [];
  // What a reference leads to may be any of them.
  if (own.some((parameter) => "$ref" in parameter)) return route;
  const described = own.flatMap((each) => "in" in each && each.in === "path" ? [each.name] : []);
  const names = segmentNames(route.path).filter((name) => !described.includes(name));
  if (names.length === 0) return route;
  const parameters = names.map((name) => ({
    name,
    in: "path" as const,
    required: true,
    schema: { type: "string" as const },
  }));
  // Of one version of OpenAPI, whichever it is.
  const all = [...own, ...parameters] as NonNullable<RouteConfig["parameters"]>;
  return { ...route, parameters: all };
}

/** The names in the braces of a path, in its order. */
export function segmentNames(path: string): string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);
}

/** The names in a schema, before or after what it makes of them; null if it is not of an object. */
function shapeOf(schema: unknown): readonly string[] | null {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (!(schema instanceof z.ZodPipe)) return null;
  return shapeOf(schema.def.in) ?? shapeOf(schema.def.out);
}

function quoted(names: readonly string[]): string {
  return names.map(quote).join(", ");
}
