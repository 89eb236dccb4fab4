/**
 * Follows the files that hold certificates and passwords, so that new ones are used without a restart.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import {
  CERTIFICATE,
  certificateOf,
  CREDENTIALS,
  credentialsOf,
  type RereadSettings,
} from "../config/replaceable.ts";
import type { Session } from "../db/driver/session.ts";
import type { Observe } from "../observe/observation.ts";
import { certificateExpiry } from "../server/listen/certificate.ts";
import type { Certificate } from "../server/listen/listen.ts";
import type { TlsListener } from "../server/listen/listen_tls.ts";
import { watchValue } from "../server/watch_value.ts";

export interface WatchedParts {
  /** Of each value on its own: what is wrong with other files keeps none of them from being replaced. */
  readonly reread: RereadSettings;
  readonly session: Session;
  /** Null if the API is not served over TLS. */
  readonly tls: TlsListener | null;
  readonly observe: Observe;
}

/** Tells when the certificate expires, the first one if there is a chain. */
function observeExpiry({ cert }: Certificate, observe: Observe): void {
  try {
    observe({ kind: "certificate", expiresAt: certificateExpiry(cert) });
  } catch (cause) {
    const message =
      "Cannot tell when the certificate of the API expires: it is in use all the same";
    observe({ kind: "warning", message, cause });
  }
}

/** @returns ends it */
export function watchFiles(
  config: Config,
  { reread, session, tls, observe }: WatchedParts,
): () => void {
  const options = { intervalMs: config.reloadIntervalMs, observe };
  const certificate = certificateOf(config);
  if (certificate !== null) observeExpiry(certificate, observe);
  const unwatchCertificate = watchValue({
    what: "the certificate and key of the API",
    files: "api_certificate",
    initial: certificate,
    read: () => certificateOf(reread(CERTIFICATE)),
    async apply(next) {
      if (next === null) return;
      await tls?.replaceCertificate(next);
      observeExpiry(next, observe);
    },
  }, options);
  const unwatchCredentials = watchValue({
    what: "the credentials for Cassandra",
    files: "cassandra_credentials",
    initial: credentialsOf(config),
    read: () => credentialsOf(reread(CREDENTIALS)),
    apply: (credentials) => session.replaceCredentials(credentials),
  }, options);
  return () => {
    unwatchCertificate();
    unwatchCredentials();
  };
}
