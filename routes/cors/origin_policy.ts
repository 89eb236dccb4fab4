/**
 * Which origins may read answers (Fetch standard, "CORS protocol"). An origin is compared as text, as the
 * browser wrote it: nothing is parsed, so nothing can be parsed differently.
 *
 * @module
 */

/** An origin, or a rule for origins. */
export type AllowedOrigin =
  | { readonly kind: "any" }
  | { readonly kind: "exact"; readonly origin: string }
  /** Those with one label between the two parts: `https://` and `.example.com`. */
  | { readonly kind: "subdomains"; readonly start: string; readonly end: string };

/** The headers for an allowed origin. */
export interface Grant {
  /** The origin itself, or `*`. */
  readonly allowOrigin: string;
  /**
   * Whether a page may send cookies, which the service ignores, but a proxy before it may not. Only for
   * origins that are listed by name: a pattern may cover a page that nobody thought of.
   */
  readonly allowCredentials: boolean;
}

/** Null for an origin that may not read the answer, and for a request without an origin unless every origin may. */
export type OriginPolicy = (origin: string | null) => Grant | null;

/** One label of a host name, as browsers write it. */
const LABEL = /^[a-z\d_-]{1,63}$/;

/** @returns null if no origin is allowed: then CORS is off */
export function createOriginPolicy(allowed: readonly AllowedOrigin[]): OriginPolicy | null {
  if (allowed.length === 0) return null;
  if (allowed.some(({ kind }) => kind === "any")) {
    return () => ({ allowOrigin: "*", allowCredentials: false });
  }
  const exact = new Set(allowed.flatMap((each) => each.kind === "exact" ? [each.origin] : []));
  const patterns = allowed.filter((each) => each.kind === "subdomains");
  return (origin) => {
    if (origin === null) return null;
    if (exact.has(origin)) return { allowOrigin: origin, allowCredentials: true };
    const isSubdomain = patterns.some(({ start, end }) =>
      origin.startsWith(start) && origin.endsWith(end) &&
      LABEL.test(origin.slice(start.length, -end.length))
    );
    return isSubdomain ? { allowOrigin: origin, allowCredentials: false } : null;
  };
}
