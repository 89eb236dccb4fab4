/**
 * The settings of the cache, which keeps answers of Cassandra for queries with `@cache`.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { integer } from "./kinds/setting_kind.ts";

export const CACHE_SETTINGS = {
  cacheMaxBytes: {
    name: "CACHE_MAX_BYTES",
    default: "33554432",
    kind: integer({ min: 0, max: 2 ** 34 }),
    meaning:
      "Memory for the answers that are kept for queries with [`@cache`](query-files.md#cache), all together; 0 keeps nothing",
  },
} as const satisfies Readonly<Record<string, Setting>>;
