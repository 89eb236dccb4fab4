/**
 * Warnings that Cassandra sends along with an answer. Their texts can contain keys and values, so only the kind
 * of a warning is passed on.
 *
 * @module
 */

const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
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
 * Source: Cassandra 5.0, `Guardrail`, `SelectStatement`, `BatchStatement`, `CoordinatorWarnings`.
 */
export function warningKind(text: string): string {
  const guardrail = /^Guardrail ([a-z_]+) violated/.exec(text)?.[1];
  if (guardrail !== undefined) return `the guardrail ${guardrail}`;
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? "something else";
}
