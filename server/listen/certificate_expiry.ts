/**
 * How long a certificate is valid (RFC 5280, section 4.1.2.5).
 *
 * @module
 */
import { X509Certificate } from "node:crypto";

/**
 * @param cert PEM; of a chain, its first certificate counts
 * @returns when it expires, in milliseconds since 1970
 * @throws {Error} if it is no certificate
 */
export function certificateExpiry(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo);
}
