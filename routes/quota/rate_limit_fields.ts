/**
 * The header fields `RateLimit-Policy` and `RateLimit`: what the quotas of a route allow, and how much of it is
 * left for this caller in this process.
 *
 * Source: draft-ietf-httpapi-ratelimit-headers, as structured fields (RFC 9651).
 *
 * @module
 */
import type { Allowance, Quota, QuotaBucket } from "./quota.ts";

/** RFC 9651, section 3.3.1. */
const MAX_INTEGER = 999_999_999_999_999;

/** Both fields for the buckets of a request; there is at least one. */
export function rateLimitFields(
  buckets: readonly QuotaBucket[],
  nowMs: number,
): Record<"ratelimit-policy" | "ratelimit", string> {
  return {
    "ratelimit-policy": buckets.map(({ quota, allowance }) => policyItem(quota, allowance)).join(
      ", ",
    ),
    "ratelimit": buckets.map((bucket) => limitItem(bucket, nowMs)).join(", "),
  };
}

/** Such as `"requests/s per caller";q=50;w=1;cqlgate-burst=100`. */
export function policyItem(
  { name, quantity, windowSeconds }: Quota,
  { amount, burst }: Allowance,
): string {
  // Only requests are a registered unit, and the default.
  const unit = quantity === "requests" ? "" : `;qu=${sfString(quantity)}`;
  // Less than one in a window is one in a longer window.
  const [q, w] = amount < 1
    ? [1, Math.ceil(windowSeconds / amount)]
    : [Math.floor(amount), windowSeconds];
  const most = Math.floor(burst);
  return `${sfString(name)};q=${q}${unit};w=${w}${most === q ? "" : `;cqlgate-burst=${most}`}`;
}

/** Such as `"requests/s per caller";r=99;t=1`: `t` is when there will be one more. */
function limitItem(bucket: QuotaBucket, nowMs: number): string {
  const level = Math.max(0, Math.floor(bucket.level(nowMs)));
  const waitMs = bucket.msUntil(level + 1, nowMs);
  return `${sfString(bucket.quota.name)};r=${level};t=${wholeSeconds(waitMs)}`;
}

/** Rounded up. A debt may take longer to pay than a field can say. */
export function wholeSeconds(ms: number): number {
  return Math.min(Math.ceil(ms / 1_000), MAX_INTEGER);
}

/** RFC 9651, section 4.1.6. */
function sfString(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
