/**
 * The certificate that the API shows its clients (RFC 5280): how long it is valid, and what is wrong with it.
 *
 * @module
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Certificate } from "./listen.ts";

/**
 * @param cert PEM; of a chain, its first certificate counts
 * @returns when it expires, in milliseconds since 1970
 * @throws {Error} if it is no certificate
 */
export function certificateExpiry(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

/** Why no server can use these, by the settings that they come from; null if nothing is found. */
export function certificateMistake({ cert, key }: Certificate): string | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return "TLS_CERT has no certificate in PEM";
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    return "TLS_KEY has no private key in PEM, or it has a passphrase: take it off";
  }
  return certificate.checkPrivateKey(privateKey)
    ? null
    : "TLS_KEY does not belong to the certificate in TLS_CERT: replace both together";
}
