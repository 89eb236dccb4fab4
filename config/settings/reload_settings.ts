/**
 * The settings of what may change while the service runs.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { choice, integer } from "./kinds/setting_kind.ts";

export const RELOAD_SETTINGS = {
  reloadIntervalMs: {
    name: "RELOAD_INTERVAL_MS",
    default: "5000",
    kind: integer({ min: 100, max: 3_600_000 }),
    meaning:
      "How often the files of certificates and passwords are read again ([Operations](operations.md#replacing-certificates-and-passwords)), and with `CQL_RELOAD=watch` those of queries are looked at",
  },
  cqlReload: {
    name: "CQL_RELOAD",
    default: "signal",
    kind: choice(["off", "signal", "watch"]),
    meaning:
      "Whether queries and migrations that have changed in `CQL_DIR` are taken over without a restart: on `SIGHUP`, or by themselves (`watch`): see [Operations](operations.md#reloading-queries)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
