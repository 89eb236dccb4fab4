/**
 * The buckets of every histogram of durations.
 *
 * @module
 */

/**
 * Seconds. Fine where a healthy Cassandra answers, and coarse beyond: each bucket is a series for every route
 * and query, and a request that takes longer than a second is slow, however long it takes.
 */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
