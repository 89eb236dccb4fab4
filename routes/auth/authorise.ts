/**
 * Scopes: a route's alternatives against the token's. Runs after `authenticate`.
 *
 * @module
 */
import type { ServiceError } from "../../errors/service_error.ts";
import type { PipelineStep } from "../step.ts";
import { insufficientScope } from "./challenge.ts";

/** @param anyOf alternatives; the token must have every scope of at least one */
export function authorise(anyOf: readonly (readonly string[])[]): PipelineStep {
  if (anyOf.length === 0 || anyOf.some((scopes) => scopes.length === 0)) {
    throw new TypeError("Cannot authorise: an empty list of scopes would let everybody in");
  }
  return {
    name: "authorise",
    enter(context) {
      const granted = context.get("request").identity?.scopes ?? new Set();
      for (const scopes of anyOf) {
        if (hasAll(granted, scopes)) return;
      }
      throw lacksScope(anyOf, anyOf.map((scopes) => scopes.filter((scope) => !granted.has(scope))));
    },
  };
}

function hasAll(granted: ReadonlySet<string>, scopes: readonly string[]): boolean {
  for (const scope of scopes) {
    if (!granted.has(scope)) return false;
  }
  return true;
}

function lacksScope(
  anyOf: readonly (readonly string[])[],
  missing: readonly (readonly string[])[],
): ServiceError {
  const alternatives = missing.map((scopes) => scopes.map((scope) => `"${scope}"`).join(" and "));
  return insufficientScope(
    `The token lacks scope ${alternatives.join(", or ")}: get a token that has it`,
    anyOf[0]!.join(" "),
  );
}
