/**
 * The bounds that a caller's value must have: the caller alone must not decide how much a request costs
 * the cluster, or how long a row stays.
 *
 * @module
 */

import type { Role } from "../../statement/marker_roles.ts";
import { isSent } from "../../tags/input/sources/sent_sources.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

/** How many partitions are read, how many rows, how long a value lives. */
const BOUNDED: readonly Role["kind"][] = ["in", "limit", "ttl"];

export function checkCallerBounds({ route, params, roles }: QueryFacts, report: Report): void {
  if (route === null) return;
  for (const { name, source, optional, max, enum: values, span } of params) {
    const isBounded = roles.some(({ marker, role }) =>
      marker.name === name && BOUNDED.includes(role.kind) &&
      // With `enum=`, the author has chosen each number; but for a list, only its elements.
      (values === null || role.kind === "in")
    );
    if (!isBounded || max !== null || !isSent(source)) continue;
    const example = `@param ${name}${optional ? "?" : ""} in ${source.in} max=100`;
    report({
      span,
      message: `Parameter "${name}" has no bound`,
      help: `Add "max=", for example "${example}": a caller could otherwise ask for any number`,
    });
  }
}
