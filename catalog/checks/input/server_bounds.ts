/**
 * Bounds of a caller's value, and values of a tag, that let through what Cassandra refuses whenever it runs the statement. The same number,
 * written in the statement, is a mistake too: see `execution/constant_bounds.ts`.
 *
 * @module
 */

import type { Role } from "../../statement/marker_roles.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

/** Twenty years: Cassandra's `Attributes.MAX_TTL`. */
export const MAX_TTL_SECONDS = 630_720_000n;

interface Range {
  /** What the value is, in a message. */
  readonly what: string;
  readonly least: bigint;
  /** Null where the type of the marker is the bound. */
  readonly most: bigint | null;
}

const RANGES: Partial<Record<Role["kind"], Range>> = {
  limit: { what: "limit", least: 1n, most: null },
  ttl: { what: "time to live", least: 0n, most: MAX_TTL_SECONDS },
};

export function checkServerBounds({ params, roles }: QueryFacts, report: Report): void {
  for (const { name, min, max, default: otherwise, enum: values, span } of params) {
    const [range] = roles.flatMap(({ marker, role }) =>
      marker.name === name ? RANGES[role.kind] ?? [] : []
    );
    if (range === undefined) continue;
    const { what, least, most } = range;
    if (min !== null && Number(min) < Number(least)) {
      report({
        span,
        message: `Cannot take ${min} for "${name}": Cassandra refuses a ${what} below ${least}`,
        help: `Write "min=${least}", or leave "min=" out, which is the same`,
      });
    }
    const tooMuch = [max, otherwise, ...values ?? []].find((number) =>
      most !== null && number !== null && Number(number) > Number(most)
    );
    if (tooMuch !== undefined) {
      report({
        span,
        message: `Cannot take ${tooMuch} for "${name}": Cassandra refuses a ${what} above ${most}`,
        help: tooMuch === max ? `Write "max=${most}" or less` : `Write ${most} or less`,
      });
    }
  }
}
