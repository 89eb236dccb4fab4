/**
 * The version of HTTP that a request may have come by. The runtime does not say; it speaks HTTP/2 over TLS, and without
 * TLS to clients that begin with it. HTTP/1.1 has to have a `Host`; HTTP/2 has it elsewhere, but allows it, and clients
 * that translate from HTTP/1.1 or do not mean well send it (RFC 9113, section 8.3.1).
 *
 * @module
 */
import type { Connection } from "./context.ts";

type Headers = { readonly headers: Pick<globalThis.Headers, "has"> };

/**
 * For what is costly: without TLS, where a proxy sends the requests, `Host` is believed. Over TLS, anybody may be at the
 * other end.
 *
 * @param connection undefined where an app is asked without a connection
 */
export function mayBeHttp2(request: Headers, connection: Connection | undefined): boolean {
  if (connection?.end === undefined && request.headers.has("host")) return false;
  return !isHttp1(request);
}

/**
 * Whether it is certain that a request did not come by HTTP/2: it has a header that HTTP/2 forbids (RFC 9113, section
 * 8.2.2). Many requests of HTTP/1.1 have none.
 */
export function isHttp1({ headers }: Headers): boolean {
  return headers.has("connection");
}
