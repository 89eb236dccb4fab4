/**
 * How many threads a node has that shares a machine with its clients. By default Cassandra has up to 128 for
 * requests and 32 for reads. More of them than processors take turns, and those without work look for
 * some ten thousand times a second. A third less processor time goes into a read with a few for each processor.
 *
 * A node with neighbours keeps the defaults: its threads wait for answers of other nodes, and one node that hangs
 * would stop all of a few. So does the node of the tests: each change of the schema has a thread wait for all others, and
 * many test files change theirs at once.
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
