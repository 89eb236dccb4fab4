/**
 * The setting for what operators can switch off while the service runs.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { path } from "./kinds/setting_kind.ts";

export const CONTROL_SETTINGS = {
  controlFile: {
    name: "CONTROL_FILE",
    default: null,
    kind: path(),
    meaning:
      "A JSON file that switches writes, queries, clients or tenants off while the service runs: see [Operations](operations.md#switching-off)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
