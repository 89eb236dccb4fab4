/**
 * The setting for how far the clock may be off.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { integer } from "./kinds/setting_kind.ts";

export const CLOCK_SETTINGS = {
  maxClockSkewMs: {
    name: "MAX_CLOCK_SKEW_MS",
    default: "1000",
    kind: integer({ min: 0, max: 86_400_000 }),
    meaning:
      "How far the clock may be from the clocks of Cassandra's nodes before writes are refused; 0 for no bound: see [Operations](operations.md#clocks)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
