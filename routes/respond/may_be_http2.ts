/**
 * Whether a request may have come by HTTP/2. The runtime does not say; it speaks HTTP/2 over TLS, and without TLS to
 * clients that begin with it.
 *
 * @module
 */
import type { Connection } from "../context.ts";

/**
 * HTTP/1.1 has to have a `Host`; HTTP/2 has it elsewhere, and clients that do not mean well may send it too. Over TLS,
 * where anybody may be at the other end, only a header that HTTP/2 forbids says that it is not (RFC 9113, section 8.2.2).
 *
 * @param connection undefined where an app is asked without a connection
 */
export function mayBeHttp2(
  { headers }: { readonly headers: Pick<Headers, "has"> },
  connection: Connection | undefined,
): boolean {
  if (!headers.has("host")) return true;
  return connection?.end !== undefined && !headers.has("connection");
}
