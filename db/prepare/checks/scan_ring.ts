/**
 * `@scan` against the cluster: its ranges are made for one partitioner.
 *
 * @module
 */
import type { Query } from "../../../catalog/query.ts";
import type { Report } from "../../../catalog/text/source.ts";

const KNOWN = "Murmur3Partitioner";

/** @param partitioner the class, as the cluster names it */
export function checkScanRing({ scan }: Query, partitioner: string, report: Report): void {
  const name = partitioner.split(".").at(-1)!;
  if (scan === null || name === KNOWN) return;
  report({
    span: scan.span,
    message: `Cannot scan: the cluster has the partitioner "${name}", whose tokens are not known`,
    help: `Remove the tag: @scan can only divide the ring of "${KNOWN}", the default of Cassandra`,
  });
}
