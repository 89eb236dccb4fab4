/**
 * The closed set of error codes. One row says everything about a code: `docs/errors.md` and the responses
 * of the OpenAPI document are generated from the rows; problems, `Retry-After` and log levels follow them.
 *
 * @module
 */
import { CLIENT_CODES } from "./client_codes.ts";
import type { CodeRow, RouteTrait } from "./code_row.ts";
import { SERVICE_CODES } from "./service_codes.ts";

/** Every code that a client can meet. A code, once released, keeps its meaning. */
const TABLE = { ...CLIENT_CODES, ...SERVICE_CODES };

export type Code = keyof typeof TABLE;

export const CODES: Readonly<Record<Code, CodeRow>> = TABLE;

/** The codes that a route with these traits can answer with, in the order of the table. */
export function codesOf(traits: ReadonlySet<RouteTrait>): Code[] {
  return (Object.keys(CODES) as Code[]).filter((code) =>
    CODES[code].routes.some((trait) => trait === "any" || traits.has(trait))
  );
}
