/**
 * Which statements are slow, and how they are reported: with enough to find the table, the node and the
 * request, but without values.
 *
 * @module
 */
import { currentTraceId } from "../../../observe/span_collection.ts";
import type { KeyHash } from "../../../observe/key_hash.ts";
import type { Observation, ObservationOf } from "../../../observe/observation.ts";
import type { Attempts } from "../../driver/timing/attempts.ts";

export interface SlowQueryOptions {
  /** From how many milliseconds on a statement is slow; null if none is. */
  readonly thresholdMs: number | null;
  readonly hashKey: KeyHash;
}

/** A statement that has ended. */
export type EndedStatement = Pick<
  ObservationOf<"slow_query">,
  "query" | "durationMs" | "outcome" | "cost" | "requestId"
>;

export function describeSlowQuery(
  statement: EndedStatement,
  { attempts, hashKey }: { readonly attempts: Attempts; readonly hashKey: KeyHash },
): Observation {
  const { coordinator, consistency, partitionKey } = attempts;
  return {
    kind: "slow_query",
    ...statement,
    coordinator,
    consistency,
    key: partitionKey === null ? null : hashKey(partitionKey),
    traceId: currentTraceId(),
  };
}
