/**
 * Tells the callers of a deprecated route so, on every answer: `Deprecation` (RFC 9745) and `Sunset`
 * (RFC 8594). Answers to callers without a valid token have the headers too, since OpenAPI says the same to
 * anybody; they just do not count as use.
 *
 * @module
 */
import type { Deprecation } from "../../catalog/query.ts";
import { methodName } from "../../observe/metrics/method_name.ts";
import type { Observe } from "../../observe/observation.ts";
import type { PipelineStep } from "../step.ts";

export interface DeprecationOptions {
  /** The template of the route. */
  readonly path: string;
  /** Whether it may be called without a token. */
  readonly isPublic: boolean;
  readonly observe: Observe;
}

export function announceDeprecation(
  { since, sunset }: Deprecation,
  { path, isPublic, observe }: DeprecationOptions,
): PipelineStep {
  const deprecatedAt = `@${midnightMs(since) / 1_000}`;
  const sunsetAt = sunset === null ? null : new Date(midnightMs(sunset)).toUTCString();
  return {
    name: "announceDeprecation",
    headers(_, headers) {
      headers.set("deprecation", deprecatedAt);
      if (sunsetAt !== null) headers.set("sunset", sunsetAt);
    },
    leave(context) {
      const { identity } = context.get("request");
      if (identity === null && !isPublic) return;
      observe({
        kind: "deprecated_use",
        method: methodName(context.req.method),
        route: path,
        issuer: identity?.issuer ?? null,
        clientId: identity?.clientId ?? null,
      });
    },
  };
}

function midnightMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
