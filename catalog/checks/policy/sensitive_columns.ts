/**
 * The `@sensitive` tags of a query together: each column has one.
 *
 * @module
 */

import { placeOf } from "../../text/diagnose.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkSensitiveColumns({ own }: QueryFacts, report: Report): void {
  for (const [index, { column, span }] of own.sensitive.entries()) {
    const first = own.sensitive.findIndex((other) => other.column === column);
    if (first === index) continue;
    report({
      span,
      message: `Duplicate @sensitive of "${column}"`,
      help: `Keep one of them; the first is at ${placeOf(own.sensitive[first]!.span)}`,
    });
  }
}
