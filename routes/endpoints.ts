/**
 * The routes that are served, with every answer that their descriptions name: what metrics can know of ahead
 * of the first request.
 *
 * @module
 */
import type { RouteConfig } from "@hono/zod-openapi";
import { type Code, CODES } from "../errors/codes.ts";
import type { Endpoint } from "../observe/observation.ts";

type Outcome = Endpoint["outcomes"][number];

/**
 * @param route the method, and the template that requests are counted by
 * @param description of the same route, in the OpenAPI document
 */
export function describeEndpoint(
  { method, path }: { readonly method: string; readonly path: string },
  { responses }: RouteConfig,
): Endpoint {
  const outcomes = Object.entries(responses).flatMap(([status, response]): Outcome[] => {
    const codes = codesIn(response);
    if (codes.length > 0) return codes.map((code) => ({ status: CODES[code].status, code }));
    // For a range such as `2XX`, or `default`, the status is not known in advance.
    return /^[1-5]\d\d$/.test(status) ? [{ status: Number(status), code: null }] : [];
  });
  return { method: method.toUpperCase(), route: path, outcomes };
}

/** The codes that the examples of a problem are named after. */
function codesIn(response: RouteConfig["responses"][string]): Code[] {
  const problem = "content" in response
    ? response.content?.["application/problem+json"]
    : undefined;
  const examples = problem !== undefined && "examples" in problem ? problem.examples : {};
  const names = Object.keys(examples ?? {});
  return names.filter((name): name is Code => Object.hasOwn(CODES, name));
}
