/**
 * The parts of the configuration that may be replaced while the service runs.
 *
 * @module
 */
import type { Config } from "./config.ts";

/** The certificate that the API shows its clients; null if it does not speak TLS itself. */
export function certificateOf({ serverCert: cert, serverKey: key }: Config) {
  return cert === null || key === null ? null : { cert, key };
}

/** What the service connects to Cassandra with. */
export function credentialsOf({ username, password, tlsCa, tlsCert, tlsKey }: Config) {
  return { username, password, tlsCa, tlsCert, tlsKey };
}
