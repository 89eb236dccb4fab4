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

/** @returns ends it */
export function watchFiles(
  config: Config,
  { reread, session, tls, observe }: WatchedParts,
): () => void {
  const options = { intervalMs: config.reloadIntervalMs, observe };
  const unwatchCertificate = watchValue({
    what: "the certificate and key of the API",
    initial: certificateOf(config),
    read: () => certificateOf(reread(CERTIFICATE)),
    async apply(next) {
      if (next !== null) await tls?.replaceCertificate(next);
    },
  }, options);
  const unwatchCredentials = watchValue({
    what: "the credentials for Cassandra",
    initial: credentialsOf(config),
    read: () => credentialsOf(reread(CREDENTIALS)),
    apply: (credentials) => session.replaceCredentials(credentials),
  }, options);
  return () => {
    unwatchCertificate();
    unwatchCredentials();
  };
}
