/**
 * Everything that clients saw of a run: what the checks need of each request, and of all requests how
 * long they took and what became of them.
 *
 * @module
 */
import type { CounterRead, Increment } from "./check/counters.ts";
import type { RegisterOperation } from "./check/linearizable.ts";
import type { PartitionRead, RowWrite } from "./check/rows.ts";
import type { VersionRead, VersionWrite } from "./check/versions.ts";
import type { Interval } from "./history.ts";

export const REQUEST_KINDS = [
  "read",
  "write",
  "counter",
  "transaction",
  "stream",
  "bulk",
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export interface RequestRecord extends Interval {
  readonly kind: RequestKind;
  readonly gateway: string;
  /** Null if there was no answer. */
  readonly status: number | null;
  readonly code: string | null;
  /** The longest wait for an answer or for the next piece of a stream. */
  readonly longestWaitMs: number;
  /** Of the whole time, how long the gateway and the client waited for a processor. */
  readonly starvedMs: number;
}

export interface Ledger {
  readonly requests: RequestRecord[];
  /** What makes no sense to a client, such as broken JSON. */
  readonly unreadable: string[];
  readonly versionWrites: VersionWrite[];
  readonly versionReads: VersionRead[];
  readonly rowWrites: RowWrite[];
  readonly partitionReads: PartitionRead[];
  readonly increments: Increment[];
  readonly counterReads: CounterRead[];
  /** By lease. */
  readonly leases: Map<string, RegisterOperation[]>;
}

export function createLedger(): Ledger {
  return {
    requests: [],
    unreadable: [],
    versionWrites: [],
    versionReads: [],
    rowWrites: [],
    partitionReads: [],
    increments: [],
    counterReads: [],
    leases: new Map(),
  };
}
