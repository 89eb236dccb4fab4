/**
 * The certificate that a client proved to hold when it opened its TLS connection (RFC 8705, section 3). The
 * runtime does not say which; a proxy that ends TLS does, in `Client-Cert` (RFC 9440, section 2). Clients can
 * send that header too, so it counts from a trusted proxy only.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A byte sequence (RFC 9651, section 3.3.5): base64 between colons. */
const BYTES = /^:((?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?):$/;

/**
 * The thumbprint of a certificate, as `x5t#S256` has it.
 *
 * @param header `Client-Cert`; null if it is missing
 * @returns null if there is not exactly one certificate
 */
export function certificateThumbprint(header: string | null): string | null {
  const base64 = BYTES.exec(header ?? "")?.[1];
  if (base64 === undefined || base64 === "") return null;
  return createHash("sha256").update(base64, "base64").digest("base64url");
}
