/**
 * What to do where Cassandra refuses a statement because its `cassandra.yaml` does not allow it. Its own words are for
 * its operator, and most of them name no setting.
 *
 * Words of Cassandra 5.0; a test compares each with a node's.
 *
 * @module
 */

/** A node's message, and the setting that allows the feature. */
const FEATURES: readonly (readonly [says: RegExp, setting: string])[] = [
  [/^Materialized views are disabled/, "materialized_views_enabled"],
  [/^SASI indexes are disabled/, "sasi_indexes_enabled"],
  [/^User-defined functions are disabled/, "user_defined_functions_enabled"],
  [/dynamic data masking is not enabled/, "dynamic_data_masking_enabled"],
  [/^DROP COMPACT STORAGE is disabled/, "drop_compact_storage_enabled"],
];

/** Null if it is about something else. */
export function featureAdvice(message: string): string | null {
  const setting = FEATURES.find(([says]) => says.test(message))?.[1];
  return setting === undefined
    ? null
    : `This cluster does not allow it: set "${setting}: true" in cassandra.yaml on every node and ` +
      "restart the nodes, or write the migration without it";
}
