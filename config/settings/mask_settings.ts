/**
 * The settings for what callers may not see.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { secretBytes } from "./kinds/secret_kinds.ts";

export const MASK_SETTINGS = {
  maskSecret: {
    name: "MASK_SECRET",
    default: null,
    kind: secretBytes(),
    meaning:
      "Keys the hashes of `@mask … with=hash`; required if a query has such a mask, and the same in every replica; another secret changes every hash",
    secret: true,
  },
} as const satisfies Readonly<Record<string, Setting>>;
