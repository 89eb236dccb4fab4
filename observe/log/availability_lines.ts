/**
 * Log lines about queries that cannot be served.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { ObservationOf } from "../observation.ts";

const MAX_NAMES = 10;

/** @returns what writes a line when something cannot be served, and when all can again */
export function createAvailabilityLines(
  logger: Logger,
): (observation: ObservationOf<"availability">) => void {
  let wasShort = false;
  return ({ unreachable }) => {
    if (unreachable.length === 0) {
      if (wasShort) logger.info("Every query can be served at its consistency again");
      wasShort = false;
      return;
    }
    wasShort = true;
    const wholly = unreachable.filter(({ partitions }) => partitions === "all").length;
    const some = unreachable.length - wholly;
    logger.warning(
      `Too few replicas are up for the consistency of queries: {queries}${
        some === 0 ? "" : "; {some} of {count} can be served for some partitions"
      }`,
      { count: unreachable.length, some, queries: namesOf(unreachable) },
    );
  };
}

function namesOf(unreachable: ObservationOf<"availability">["unreachable"]): string {
  const names = unreachable.slice(0, MAX_NAMES)
    .map(({ query, consistency }) => `${query} (${consistency})`);
  const others = unreachable.length - names.length;
  return [...names, ...others > 0 ? [`and ${others} more`] : []].join(", ");
}
