/**
 * What `defineRoute` is given, checked when the route is defined: the service runs a team's files
 * without checking their types, and a route without access control must not come into being.
 *
 * @module
 */

import { isCalendarDate } from "../../catalog/tags/parts/calendar_date.ts";
import { parseRate } from "../../catalog/tags/parts/rate.ts";
import { defaultPartition, nameOfRate, tokenPartOf } from "../../catalog/tags/parts/rate_name.ts";

const METHODS = ["get", "post", "put", "patch", "delete"];

const DEPRECATION =
  '"deprecation" must be { since: "2026-01-01", sunset: "2026-12-31", reason: "…" }, with or without a sunset';

/** @throws {TypeError} with everything that is wrong with the definition */
export function assertDefinition(definition: unknown, handler: unknown): void {
  if (!isRecord(definition)) {
    throw new TypeError("Cannot define a route: the definition is not an object");
  }
  const { method, path, access, queries, rates, responses, deprecated, deprecation } = definition;
  const mistakes = [
    METHODS.includes(String(method)) ? null : `"method" must be one of ${quoted(METHODS)}`,
    typeof path === "string" ? null : '"path" must be a string such as "/stations/{station_id}"',
    accessMistake(access),
    queries === undefined || isListOfStrings(queries)
      ? null
      : '"queries" must be a list of names of queries',
    ratesMistake(rates, access),
    deprecationMistake(deprecation),
    deprecated === true && deprecation === undefined
      ? '"deprecated" reaches no caller: say since when and why in "deprecation"'
      : null,
    isRecord(responses) ? null : '"responses" must say at least how the route answers on success',
    typeof handler === "function" ? null : "the handler must be a function",
  ].filter((mistake) => mistake !== null);
  if (mistakes.length === 0) return;
  const name = typeof path === "string" ? `route "${path}"` : "a route";
  throw new TypeError(`Cannot define ${name}: ${mistakes.join("; ")}`);
}

function accessMistake(access: unknown): string | null {
  const isWhole = isRecord(access) &&
    (access.kind === "public" || access.kind === "scopes" && isListOfScopes(access.anyOf));
  return isWhole
    ? null
    : '"access" must be { kind: "scopes", anyOf: [["scope"]] } with no empty list, or { kind: "public" }';
}

function ratesMistake(rates: unknown, access: unknown): string | null {
  if (rates === undefined) return null;
  if (!isListOfStrings(rates)) {
    return '"rates" must be a list such as ["50/s burst=100 per=claim:tenant"]';
  }
  const isPublic = isRecord(access) && access.kind === "public";
  const names = new Set<string>();
  for (const text of rates) {
    const { rate, mistakes: [mistake] } = parseRate(text);
    if (mistake !== undefined) return `"rates" has "${text}": ${mistake.message}`;
    if (rate === null) continue;
    const ofToken = isPublic ? tokenPartOf(rate) : null;
    if (ofToken !== null) return `"rates" has ${ofToken}, and callers of the route have no token`;
    const name = nameOfRate({ ...rate, per: rate.per ?? defaultPartition({ isPublic }) });
    if (names.has(name)) return `"rates" has two of ${name}`;
    names.add(name);
  }
  return null;
}

function deprecationMistake(deprecation: unknown): string | null {
  if (deprecation === undefined) return null;
  if (!isRecord(deprecation)) return DEPRECATION;
  const { since, sunset, reason } = deprecation;
  if (!isDay(since) || !(sunset === undefined || isDay(sunset))) return DEPRECATION;
  if (typeof reason !== "string" || reason.trim() === "") return DEPRECATION;
  return sunset !== undefined && sunset < since
    ? '"sunset" in "deprecation" must not be before "since"'
    : null;
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && isCalendarDate(value);
}

function isListOfScopes(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 &&
    value.every((scopes) => isListOfStrings(scopes) && scopes.length > 0);
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
