/**
 * The settings for what the service shows of its own work.
 *
 * @module
 */
import type { Setting } from "./setting.ts";
import { claimPath } from "./kinds/claim_path_kind.ts";
import { integer, orOff, scopeName } from "./kinds/setting_kind.ts";

export const INSTRUMENT_SETTINGS = {
  /** Null if none is logged. */
  slowQueryMs: {
    name: "SLOW_QUERY_MS",
    default: "500",
    kind: orOff(integer({ min: 0, max: 600_000 })),
    meaning:
      "How many milliseconds a statement may take before it is [logged as slow](operations.md#slow-queries); 0 is `off`",
  },
  /** Null if nobody may. */
  cassandraTraceScope: {
    name: "CASSANDRA_TRACE_SCOPE",
    default: null,
    kind: scopeName(),
    meaning:
      "The scope whose holders may have [Cassandra trace a request](operations.md#cassandras-own-traces); nobody may by default",
  },
  /** Null if tenants are not told apart. */
  tenantClaim: {
    name: "TENANT_CLAIM",
    default: null,
    kind: claimPath(),
    meaning:
      "The claim that names a caller's tenant, such as `tenant`: `/debug/hot` then has the [heaviest tenants](operations.md#hot-partitions-and-heavy-callers)",
  },
} as const satisfies Readonly<Record<string, Setting>>;
