/**
 * The metrics that no panel and no alert takes, each with its reason. A test finds any other.
 *
 * @module
 */

export const UNSHOWN: Readonly<Record<string, string>> = {
  cqlgate_cache_bytes: "is bounded; what is pushed out says whether it is too small",
  cqlgate_cache_entries: "is bounded; what is pushed out says whether it is too small",
  cqlgate_cassandra_datacenter_in_use: "has series only with a failover, which has an alert",
  cqlgate_cassandra_hosts_up: "is part of cqlgate_cassandra_hosts",
  cqlgate_clock_nodes: "explains cqlgate_clock_skew_seconds when it is NaN",
  cqlgate_heap_bytes: "is what V8 reserves; what it uses tells of leaks",
  cqlgate_prepared_queries: "changes only with a release",
  cqlgate_reload_success_timestamp_seconds: "says when, after the alert has said that",
  cqlgate_token_cache_bytes: "is bounded; the share of hits says whether it is too small",
  cqlgate_token_cache_entries: "is bounded; the share of hits says whether it is too small",
};
