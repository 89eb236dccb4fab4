/**
 * The methods of routes (RFC 9110, section 9; RFC 5789).
 *
 * @module
 */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
