/**
 * What CQL can say only where `cassandra.yaml` allows it. It is off by default, and many clusters allow it, so a
 * local node allows all of it: a team develops what its cluster runs. Guardrails say what it costs. Transient
 * replication stays off: it is about keyspaces, which no migration changes.
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
