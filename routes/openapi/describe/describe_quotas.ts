/**
 * The quotas of a route in the OpenAPI document: the answer to a caller who has used one up, and the header
 * fields that say how much is left.
 *
 * @module
 */
import { type RouteConfig, z } from "@hono/zod-openapi";
import { CODES } from "../../../errors/codes.ts";
import type { Quota } from "../../quota/quota.ts";
import { policyItem } from "../../quota/rate_limit_fields.ts";
import { describeProblems } from "../describe_problems.ts";

type Responses = RouteConfig["responses"];

interface Field {
  readonly name: string;
  readonly description: string;
  readonly example: string;
}

export function withQuotas(route: RouteConfig, quotas: readonly Quota[]): RouteConfig {
  if (quotas.length === 0) return route;
  const status = `${CODES.rate_limited.status}`;
  const refusal = describeProblems(new Set(["limited"]))[status]!;
  const fields = fieldsOf(quotas);
  const responses: Responses = { ...route.responses, [status]: refusal };
  return {
    ...route,
    responses: Object.fromEntries(
      Object.entries(responses).map(([code, response]) => [
        code,
        code === status || /^[23]/.test(code) ? withFields(response, fields) : response,
      ]),
    ),
  };
}

/** Fields on the answer to a caller who is let in, and on the refusal. */
function fieldsOf(quotas: readonly Quota[]): readonly Field[] {
  return [
    {
      name: "RateLimit-Policy",
      description: "The quotas of the route: `q` in `w` seconds, unless the token says otherwise",
      example: quotas.map((quota) => policyItem(quota, quota.allowance)).join(", "),
    },
    {
      name: "RateLimit",
      description:
        "What is left of each quota: `r` now, and one more in `t` seconds. Not in answers that shared caches may store",
      example: quotas.map(({ name }) => `${JSON.stringify(name)};r=1;t=1`).join(", "),
    },
  ];
}

function withFields(response: Responses[string], fields: readonly Field[]): Responses[string] {
  if ("$ref" in response) return response;
  const { headers = z.object({}) } = response;
  return {
    ...response,
    headers: headers instanceof z.ZodObject
      ? headers.extend(
        Object.fromEntries(
          fields.map(({ name, ...about }) => [name, z.string().optional().openapi(about)]),
        ),
      )
      : {
        ...headers,
        ...Object.fromEntries(
          fields.map(({ name, ...about }) => [name, { schema: { type: "string" }, ...about }]),
        ),
      },
  };
}
