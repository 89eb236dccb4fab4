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
      "How often the files of certificates and passwords are read again ([Operations](operations.md#replacing-certificates-and-passwords)), and, with `CQL_RELOAD=watch`, those of queries are checked for changes",
  },
  cqlReload: {
    name: "CQL_RELOAD",
    default: "signal",
    kind: choice(["off", "signal", "watch"]),
    meaning:
      "Whether changed queries and migrations in `CQL_DIR` are loaded without a restart: on `SIGHUP` (`signal`), or as soon as they change (`watch`): see [Operations](operations.md#reloading-queries)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
