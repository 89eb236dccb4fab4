/**
 * What `defineRoute` is given, checked when the route is defined: the service runs a team's files
 * without checking their types, and a route without access control must not come into being.
 *
 * @module
 */

import { isCalendarDate } from "../../catalog/tags/parts/calendar_date.ts";
import { parseRate } from "../../catalog/tags/parts/rate.ts";
import { defaultPartition, nameOfRate, tokenPartOf } from "../../catalog/tags/parts/rate_name.ts";
import { scopeMistake } from "../../catalog/tags/parts/scopes.ts";
import { quote } from "../../catalog/text/quote.ts";
import { closest } from "../../catalog/text/suggest.ts";

const METHODS = ["get", "post", "put", "patch", "delete"];

// What a definition and its parts may have: what nobody reads would be dropped without a word.
// deno-fmt-ignore
const MEMBERS = [
  "method", "path", "access", "queries", "rates", "deprecation", "request", "responses",
  // OpenAPI's own, which go into the document as they are.
  "operationId", "tags", "summary", "description", "externalDocs", "deprecated",
  "parameters", "requestBody", "callbacks", "servers",
];
const REQUEST_MEMBERS = ["params", "query", "headers", "cookies", "body"];
const BODY_MEMBERS = ["content", "required", "description"];

/** Members of zod-openapi's routes that do not do here what they do there. */
const REFUSED: Readonly<Record<string, string>> = {
  middleware: '"middleware" would not run: check the request in the handler, ' +
    'and say in "access" who may call the route',
  hide: '"hide" would not hide the route: every route is in the OpenAPI document',
  security: '"security" follows from "access": name the scopes there',
};

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
    ...strangers(definition, { known: MEMBERS }),
    ...requestMistakes(definition.request),
  ].filter((mistake) => mistake !== null);
  if (mistakes.length === 0) return;
  const name = typeof path === "string" ? `route "${path}"` : "a route";
  throw new TypeError(`Cannot define ${name}: ${mistakes.join("; ")}`);
}

/** What is wrong with members that nobody would read. */
function strangers(
  members: Readonly<Record<string, unknown>>,
  { known, within }: { known: readonly string[]; within?: string },
): string[] {
  const of = within === undefined ? "" : ` of "${within}"`;
  return Object.entries(members).flatMap(([name, value]) => {
    const isExtension = within === undefined && name.startsWith("x-");
    if (value === undefined || isExtension || known.includes(name)) return [];
    const refused = within === undefined && Object.hasOwn(REFUSED, name) ? REFUSED[name] : null;
    if (refused != null) return [refused];
    const near = closest(name, known);
    const help = near === null ? `use ${quoted(known)}` : `did you mean "${near}"?`;
    return [`unknown member "${name}"${of}: ${help}`];
  });
}

function requestMistakes(request: unknown): string[] {
  if (request === undefined) return [];
  if (!isRecord(request)) return [`"request" must be an object with ${quoted(REQUEST_MEMBERS)}`];
  const { body } = request;
  const mistakes = strangers(request, { known: REQUEST_MEMBERS, within: "request" });
  if (body === undefined) return mistakes;
  if (!isRecord(body) || !isRecord(body.content)) {
    const example = '{ content: { "application/json": { schema } } }';
    return [...mistakes, `"body" of "request" must be ${example}`];
  }
  return [...mistakes, ...strangers(body, { known: BODY_MEMBERS, within: "body" })];
}

function accessMistake(access: unknown): string | null {
  const isWhole = isRecord(access) && (
    access.kind === "public" && hasOnly(access, ["kind"]) ||
    access.kind === "scopes" && hasOnly(access, ["kind", "anyOf"]) && isListOfScopes(access.anyOf)
  );
  if (!isWhole) {
    return '"access" must be { kind: "scopes", anyOf: [["scope"]] } with no empty list, or { kind: "public" }';
  }
  const scopes = isRecord(access) && isListOfScopes(access.anyOf) ? access.anyOf.flat() : [];
  const odd = scopes.find((scope) => scopeMistake(scope) !== null);
  return odd === undefined
    ? null
    : `"access" has ${
      quote(odd)
    }, which no token has: write each scope as a string of its own, as in [["a:read", "b:read"]]`;
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
  if (!hasOnly(deprecation, ["since", "sunset", "reason"])) return DEPRECATION;
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

function isListOfScopes(value: unknown): value is readonly (readonly string[])[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((scopes) => isListOfStrings(scopes) && scopes.length > 0);
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "");
}

function hasOnly(
  members: Readonly<Record<string, unknown>>,
  known: readonly string[],
): boolean {
  return Object.keys(members).every((name) => known.includes(name));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
