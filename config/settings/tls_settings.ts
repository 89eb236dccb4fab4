/**
 * The settings of the API's own certificate.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { fileContent } from "./kinds/file_kinds.ts";

export const TLS_SETTINGS = {
  /** PEM, as the file holds it; the next as well. */
  serverCert: {
    name: "TLS_CERT",
    default: null,
    kind: fileContent(),
    meaning:
      "The certificate of the API, followed by the intermediate certificates. Set it to serve the API over TLS: see [Operations](operations.md#tls-without-a-proxy)",
  },
  serverKey: {
    name: "TLS_KEY",
    default: null,
    kind: fileContent(),
    meaning: "The private key of that certificate",
  },
} as const satisfies Readonly<Record<string, Setting>>;
