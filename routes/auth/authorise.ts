/**
 * Scopes: a route's alternatives against the token's. Runs after `authenticate`.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { ServiceError } from "../../errors/service_error.ts";
import type { AppEnv } from "../context.ts";

/** @param anyOf alternatives, of which one must be granted whole */
export function authorise(anyOf: readonly (readonly string[])[]): MiddlewareHandler<AppEnv> {
  if (anyOf.length === 0 || anyOf.some((scopes) => scopes.length === 0)) {
    throw new TypeError("Cannot authorise: an empty list of scopes would let everybody in");
  }
  return async function authorise(context, next) {
    const granted = context.get("request").identity?.scopes ?? new Set();
    const missing = anyOf.map((scopes) => scopes.filter((scope) => !granted.has(scope)));
    if (missing.every((scopes) => scopes.length > 0)) throw insufficientScope(anyOf, missing);
    await next();
  };
}

function insufficientScope(
  anyOf: readonly (readonly string[])[],
  missing: readonly (readonly string[])[],
): ServiceError {
  const alternatives = missing.map((scopes) => scopes.map((scope) => `"${scope}"`).join(" and "));
  return new ServiceError(
    "insufficient_scope",
    `The token lacks scope ${alternatives.join(", or ")}: get one that has it`,
    {
      headers: {
        "www-authenticate": `Bearer realm="cqlgate", error="insufficient_scope", scope="${
          anyOf[0]!.join(" ")
        }"`,
      },
    },
  );
}
