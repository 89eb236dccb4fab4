/**
 * The settings for the edge of the service: how large a request's head may be, and what answers tell
 * browsers.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { integer } from "./kinds/setting_kind.ts";

export const EDGE_SETTINGS = {
  maxUrlLength: {
    name: "MAX_URL_LENGTH",
    default: "16384",
    kind: integer({ min: 1024, max: 65_536 }),
    meaning: "Longest URL of a request, in characters; the runtime takes no more than 65,534",
  },
  maxHeaderBytes: {
    name: "MAX_HEADER_BYTES",
    default: "32768",
    kind: integer({ min: 1024, max: 65_536 }),
    meaning:
      "Largest size of all request headers together, names and values: see [HTTP](http.md#how-large-a-request-may-be) for the limits of the runtime",
  },
  hstsMaxAgeSeconds: {
    name: "HSTS_MAX_AGE_SECONDS",
    default: "31536000",
    kind: integer({ min: 0, max: 63_072_000 }),
    meaning:
      "How long browsers use only `https` for this host, where `PUBLIC_URL` is `https` or `TLS_CERT` is set; 0 sends no `Strict-Transport-Security`",
  },
} as const satisfies Readonly<Record<string, Setting>>;
