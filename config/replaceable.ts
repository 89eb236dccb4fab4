/**
 * The parts of the configuration that may be replaced while the service runs.
 *
 * @module
 */
import type { Config } from "./config.ts";

/** The settings of the certificate that the API shows its clients. */
export const CERTIFICATE = ["serverCert", "serverKey"] as const;
/** The settings of what the service connects to Cassandra with. */
export const CREDENTIALS = ["username", "password", "tlsCa", "tlsCert", "tlsKey"] as const;

/**
 * Reads settings as they are now, with what files say now.
 *
 * @throws {ConfigError} if these cannot be read; others do not matter
 */
export type RereadSettings = <Key extends keyof Config>(
  keys: readonly Key[],
) => Pick<Config, Key>;

/** The certificate that the API shows its clients; null if it does not speak TLS itself. */
export function certificateOf(
  { serverCert: cert, serverKey: key }: Pick<Config, typeof CERTIFICATE[number]>,
) {
  return cert === null || key === null ? null : { cert, key };
}

/** What the service connects to Cassandra with. */
export function credentialsOf(
  { username, password, tlsCa, tlsCert, tlsKey }: Pick<Config, typeof CREDENTIALS[number]>,
) {
  return { username, password, tlsCa, tlsCert, tlsKey };
}
