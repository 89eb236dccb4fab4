/**
 * The name of a rate, in header fields, metrics and logs, and wherever two rates have to be distinguished.
 *
 * @module
 */

import type { Rate, RatePartition } from "./rate.ts";

/** A rate and who shares it. */
export type PartitionedRate = Pick<Rate, "quantity" | "unit"> & { readonly per: RatePartition };

/**
 * Such as `requests/s per claim:tenant`: two rates of the same name limit the same thing. Printable ASCII,
 * since header fields take nothing else in a string (RFC 9651, section 3.3.3).
 */
export function nameOfRate({ quantity, unit, per }: PartitionedRate): string {
  const name = `${quantity}/${unit} per ${nameOfPartition(per)}`;
  return name.replace(/[^\x20-\x7e]+/g, (text) => encodeURIComponent(text));
}

/** As a rate spells it after `per=`. */
function nameOfPartition(per: RatePartition): string {
  return per.by === "claim" ? `claim:${per.claim}` : per.by;
}

/** The callers who share a rate, where its tag does not say. */
export function defaultPartition({ isPublic }: { readonly isPublic: boolean }): RatePartition {
  return { by: isPublic ? "address" : "caller" };
}

/** The part of a rate that only a token can fill; null if it needs none. */
export function tokenPartOf({ per, claimed }: Pick<Rate, "per" | "claimed">): string | null {
  if (claimed !== null) return `limit=claim:${claimed.claim}`;
  const needsToken = per !== null && ["caller", "client", "claim"].includes(per.by);
  return needsToken ? `per=${nameOfPartition(per)}` : null;
}
