/**
 * The setting of what may change while the service runs.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { integer } from "./setting_kind.ts";

export const RELOAD_SETTINGS = {
  reloadIntervalMs: {
    name: "RELOAD_INTERVAL_MS",
    default: "5000",
    kind: integer({ min: 100, max: 3_600_000 }),
    meaning:
      "How often the files of certificates and passwords are read again: see [Operations](operations.md#replacing-certificates-and-passwords)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
