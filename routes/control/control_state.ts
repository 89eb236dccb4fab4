/**
 * What operators have switched off, as the control file says it: writes, queries, clients, and callers by
 * the values of a claim. Strict, since a misspelt member would switch off nothing.
 *
 * @module
 */
import { type ClaimPath, parseClaimPath } from "../../catalog/text/claim_path.ts";
import { quote } from "../../catalog/text/quote.ts";
import { asClause } from "../../catalog/text/as_clause.ts";
import { suggest } from "../../catalog/text/suggest.ts";
import { findDuplicateMember } from "../../codec/json/duplicate_member.ts";
import { isJsonObject } from "../../codec/json/json_object.ts";

export interface ControlState {
  readonly readOnly: boolean;
  /** Names of queries, and methods and paths of hand-written routes, such as `POST /import`. */
  readonly queries: ReadonlySet<string>;
  /** Client ids, of any issuer. */
  readonly clients: ReadonlySet<string>;
  readonly claims: readonly ClaimSwitch[];
  /** Whether the local data centre may serve again after a failover, without the delay. */
  readonly failback: boolean;
  /** The message for callers who are refused; null for no message. */
  readonly message: string | null;
}

/** Callers whose token has one of these values. */
export interface ClaimSwitch {
  readonly path: ClaimPath;
  readonly values: ReadonlySet<string>;
}

const MEMBERS = [
  "read_only",
  "queries_off",
  "clients_off",
  "claims_off",
  "failback",
  "message",
] as const;
const MAX_MESSAGE_CHARACTERS = 500;

/** @throws {Error} that says what is wrong */
export function parseControl(text: string): ControlState {
  const json = parse(text);
  if (!isJsonObject(json)) throw new Error("it is not a JSON object");
  const unknown = Object.keys(json).find((name) => !MEMBERS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new Error(
      `it has an unknown member ${quote(unknown)}: ${asClause(suggest(unknown, MEMBERS))}`,
    );
  }
  return {
    readOnly: readFlag(json.read_only, "read_only"),
    queries: readNames(json.queries_off, "queries_off"),
    clients: readNames(json.clients_off, "clients_off"),
    claims: readClaims(json.claims_off),
    failback: readFlag(json.failback, "failback"),
    message: readMessage(json.message),
  };
}

function parse(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  const twice = findDuplicateMember(text);
  if (twice === null) return json;
  throw new Error(`it has the member ${quote(twice.join("."))} twice: only the last would apply`);
}

function readFlag(json: unknown, member: string): boolean {
  if (json === undefined) return false;
  if (typeof json !== "boolean") throw new Error(`"${member}" is neither true nor false`);
  return json;
}

function readNames(json: unknown, member: string): ReadonlySet<string> {
  if (json === undefined) return new Set();
  const isList = Array.isArray(json) &&
    json.every((name) => typeof name === "string" && name !== "");
  if (!isList) throw new Error(`"${member}" is not a list of names`);
  return new Set(json);
}

function readClaims(json: unknown): readonly ClaimSwitch[] {
  if (json === undefined) return [];
  if (!isJsonObject(json)) throw new Error('"claims_off" is not an object of lists');
  return Object.entries(json).map(([claim, values]) => {
    const path = parseClaimPath(claim);
    if (path === null) throw new Error(`${quote(claim)} is not the path of a claim`);
    return { path, values: readNames(values, `claims_off.${claim}`) };
  });
}

function readMessage(json: unknown): string | null {
  if (json === undefined) return null;
  if (typeof json !== "string" || json === "" || /\p{Cc}/u.test(json)) {
    throw new Error('"message" is not a line of text');
  }
  if (json.length > MAX_MESSAGE_CHARACTERS) {
    throw new Error(`"message" has more than ${MAX_MESSAGE_CHARACTERS} characters`);
  }
  return json;
}
