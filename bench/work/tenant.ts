/**
 * Whose rows the benchmark reads and writes.
 *
 * @module
 */

export const TENANT = "acme";
