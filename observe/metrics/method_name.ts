/**
 * A request's method as logs, metrics and traces name it. A client may make methods up, and each would be
 * another series of metrics.
 *
 * @module
 */

const KNOWN = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The method, or `_OTHER` (OpenTelemetry semantic conventions, `http.request.method`). */
export function methodName(method: string): string {
  return KNOWN.has(method) ? method : "_OTHER";
}
