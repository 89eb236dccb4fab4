/**
 * The features of CQL that `cassandra.yaml` has to enable. They are off by default, and many clusters enable them,
 * so a local node has all of them: a team can then develop what its cluster runs. Guardrails say what they cost.
 * Transient replication stays off: it is about keyspaces, which no migration changes.
 *
 * Source: `conf/cassandra.yaml` of Cassandra 5.0.
 *
 * @module
 */

/** Entries of `cassandra.yaml`. */
export const CQL_FEATURES: Readonly<Record<string, true>> = {
  materialized_views_enabled: true,
  sasi_indexes_enabled: true,
  // Aggregates need them.
  user_defined_functions_enabled: true,
  // `MASKED WITH`.
  dynamic_data_masking_enabled: true,
  drop_compact_storage_enabled: true,
};
