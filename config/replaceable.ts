/**
 * The parts of the configuration that may be replaced while the service runs.
 *
 * @module
 */
import type { Config } from "./config.ts";

/** What the API shows its clients; null if it does not speak TLS itself. */
export function certificateOf({ serverCert: cert, serverKey: key }: Config) {
  return cert === null || key === null ? null : { cert, key };
}

/** As whom the service connects to Cassandra. */
export function credentialsOf({ username, password, tlsCa, tlsCert, tlsKey }: Config) {
  return { username, password, tlsCa, tlsCert, tlsKey };
}
