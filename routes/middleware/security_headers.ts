/**
 * What every answer tells browsers: not to guess its type, not to show it in a frame, not
 * to give it to pages of other sites, not to pass its address on, and not to keep it unless it says so.
 * A page adds its own content security policy.
 *
 * Source: OWASP's REST security cheat sheet; the Fetch standard; RFC 6797 for
 * `Strict-Transport-Security`.
 *
 * @module
 */
import type { PipelineStep } from "../step.ts";

export interface SecurityHeaderOptions {
  /** Whether pages of every origin may call the API. Listed origins read it by CORS, which asks for nothing. */
  readonly isOpenToAll: boolean;
  /** How long browsers use only `https` for the host, in seconds; null if clients may use `http`. */
  readonly hstsMaxAgeSeconds: number | null;
}

/** Completes the headers of an answer; the answer's own stay. */
export type SecureHeaders = (headers: Headers) => void;

export function createSecureHeaders(
  { isOpenToAll, hstsMaxAgeSeconds }: SecurityHeaderOptions,
): SecureHeaders {
  const fixed: readonly (readonly [name: string, value: string])[] = [
    ["cache-control", "no-store"],
    ["cross-origin-resource-policy", isOpenToAll ? "cross-origin" : "same-origin"],
    ["referrer-policy", "no-referrer"],
    ["x-frame-options", "DENY"],
  ];
  return (headers) => {
    headers.set("x-content-type-options", "nosniff");
    for (const [name, value] of fixed) if (!headers.has(name)) headers.set(name, value);
    if (hstsMaxAgeSeconds !== null) {
      headers.set("strict-transport-security", `max-age=${hstsMaxAgeSeconds}`);
    }
  };
}

export function securityHeaders(secure: SecureHeaders): PipelineStep {
  return { name: "securityHeaders", headers: (_, headers) => secure(headers) };
}
