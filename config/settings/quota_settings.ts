/**
 * The settings for how much callers may use.
 *
 * @module
 */
import { rates } from "./kinds/rate_kind.ts";
import type { Setting } from "./setting.ts";
import { integer } from "./kinds/setting_kind.ts";

export const QUOTA_SETTINGS = {
  /** Of routes that need a token. */
  rateLimits: {
    name: "RATE_LIMIT",
    default: "",
    kind: rates({ isPublic: false }),
    meaning:
      "How much a caller may use of all routes together that need a token and have no [`@rate`](query-files.md#rate), such as `100/s burst=200, 100000 rows/m per=claim:tenant`; no limit by default",
  },
  publicRateLimits: {
    name: "RATE_LIMIT_PUBLIC",
    default: "",
    kind: rates({ isPublic: true }),
    meaning: "The same for `@public` routes, by the address of the caller, such as `10/s`",
  },
  replicas: {
    name: "REPLICAS",
    default: "1",
    kind: integer({ min: 1, max: 10_000 }),
    meaning:
      "How many processes serve the API: each lets through its share of every [rate](operations.md#quotas)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
