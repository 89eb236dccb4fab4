/**
 * The modes of queries and the methods of routes: what tags may depend on.
 *
 * @module
 */

/** How many rows a query answers with, and so the shape of its response. */
export type Mode = "one" | "many" | "exec" | "applied";

export const MODES: readonly Mode[] = ["one", "many", "exec", "applied"];

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
