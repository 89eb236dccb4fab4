/**
 * The method of a route against the statement: a safe method must not write (RFC 9110, section 9.2.1),
 * and a read has no use for an unsafe method.
 *
 * @module
 */

import type { Report } from "../../text/source.ts";
import { nameOfVerb, type QueryFacts } from "../rule.ts";

export function checkRouteMethod({ route, verb }: QueryFacts, report: Report): void {
  if (route === null || route.method === null || verb === null) return;
  const { method, span } = route;
  if (method === "GET" && verb !== "select") {
    report({
      span,
      message: `Cannot serve ${nameOfVerb(verb)} at GET: a safe method must not write`,
      help: "Use POST, PUT, PATCH or DELETE",
    });
  }
  if (method !== "GET" && method !== "POST" && verb === "select") {
    report({
      span,
      message: `Cannot serve SELECT at ${method}: it does not write`,
      help: "Use GET, or POST if the input is too large for a URL",
    });
  }
}
