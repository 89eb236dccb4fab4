/**
 * Warnings that Cassandra sends along with an answer. Their texts can contain keys and values, so only the kind
 * of a warning is passed on.
 *
 * @module
 */

/** Patterns that are bound to the beginning of a text come first: what follows there can hold any value. */
const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [
    /^Top-K queries can only be run with consistency level/i,
    "a search for the nearest vectors, read at LOCAL_ONE or ONE in place of its own level: " +
    'write "@consistency LOCAL_ONE"',
  ],
  [/^Top-K queries do not support paging/i, "a search for the nearest vectors beyond one page"],
  [/^Term in column /i, "a value too large for its index, so that no search finds it"],
  [/^User defined function .* ran longer than/i, "a user-defined function that runs long"],
  [/^Executing a LOGGED BATCH /i, "a logged batch for a table whose gc_grace_seconds is 0"],
  [/^Request on table .*ttl of \d+ seconds exceeds/i, "a TTL beyond the last date of Cassandra"],
  [/^Replica filtering protection /i, "many rows on which replicas differ"],
  [/^Read on table .* has exceeded the size/i, "a large read"],
  [/^\S+ nodes loaded over /i, "a large read"],
  [/^\S+ nodes referenced /i, "an index that reads many of its files"],
  [/^Aggregation query used without partition key/i, "an aggregate without a partition key"],
  [/^Aggregation query used on multiple partition keys/i, "an aggregate over several partitions"],
  [/\btombstones?\b/i, "many tombstones"],
  [/^Batch .*exceeding/i, "a large batch"],
  [/^Unlogged batch covering/i, "an unlogged batch over several partitions"],
  [/\blocal read size|\brow index read size|\bcoordinator read size/i, "a large read"],
  [/\bIndex .*\b(?:read|rows|referenced)/i, "an index that reads many rows"],
];

/**
 * The kind of a warning, in words that hold no value.
 *
 * Source: Cassandra 5.0, the callers of `ClientWarn`: `Guardrail`, `SelectStatement`, `BatchStatement`,
 * `UDFunction`, `ExpirationDateOverflowHandling`, `ReplicaFilteringProtection`, `StorageAttachedIndex`,
 * `CoordinatorWarnings`.
 */
export function warningKind(text: string): string {
  const guardrail = /^Guardrail ([a-z_]+) violated/.exec(text)?.[1];
  if (guardrail !== undefined) return `the guardrail ${guardrail}`;
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? "something else";
}
