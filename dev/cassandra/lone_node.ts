/**
 * A few threads for each processor, for a node that shares its machine with its clients. By default, Cassandra has up
 * to 128 for requests and 32 for reads, and those without work wake up again and again to look for some. With a few, a
 * read takes a third less processor time.
 *
 * A node with neighbours keeps the defaults: its threads wait for other nodes, and if there were few, one node that
 * hangs would block them all. The tests keep the defaults as well, since clusters have them.
 *
 * Source: `conf/cassandra.yaml` of Cassandra 5.0, and its `SEPWorker.doWaitSpin()`.
 *
 * @module
 */

/** Entries of `cassandra.yaml`. */
export function threadsOfLoneNode(processors: number): Readonly<Record<string, number>> {
  const threads = 2 * processors;
  return {
    native_transport_max_threads: 2 * threads,
    concurrent_reads: threads,
    concurrent_writes: threads,
    concurrent_counter_writes: threads,
    concurrent_materialized_view_writes: threads,
  };
}
