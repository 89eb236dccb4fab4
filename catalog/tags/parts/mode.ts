/**
 * The modes of queries, as their headers name them.
 *
 * @module
 */

/** How many rows a query answers with, and so the shape of its response. */
export type Mode = "one" | "many" | "exec" | "applied";

export const MODES: readonly Mode[] = ["one", "many", "exec", "applied"];
