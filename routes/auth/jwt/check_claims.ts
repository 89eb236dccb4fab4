/**
 * The claims of a verified access token → the identity of the caller (RFC 7519, section 4.1; RFC 9068,
 * section 2.2). Every claim that is read must have the form of its specification: nothing is converted,
 * so that two callers never become one.
 *
 * @module
 */
import { ExactNumber } from "../../../codec/json/exact_number.ts";
import type { Claims, Identity } from "../../context.ts";
import { invalidToken } from "../challenge.ts";
import { type ClaimLimit, findOutside } from "./claim_limits.ts";
import { readConfirmation } from "./confirmation.ts";
import { grantedScopes, type ScopeRules } from "./granted_scopes.ts";

/** How far the issuer's clock and ours may be apart. */
const TOLERANCE_S = 5;
/** The end of the year 9999. A later date is in milliseconds, or means never. */
const LAST_DATE_S = 253_402_300_799;

export interface ClaimRules extends ScopeRules {
  readonly issuer: string;
  readonly audience: string;
  /** The claims that the issuer may not set freely. */
  readonly claims: readonly ClaimLimit[];
  /** In milliseconds since 1970. */
  readonly now: number;
}

/**
 * The issuer that claims name, trusted or not.
 *
 * @throws {ServiceError} `invalid_token`
 */
export function issuerOf(claims: Claims): string {
  return required(claims, "iss", TEXT);
}

/** The claims name an issuer whose tokens are not taken, or not verified with these keys. */
export function foreignIssuer() {
  return refuse("iss", "names no issuer that this service trusts");
}

/** @throws {ServiceError} `invalid_token` */
export function checkClaims(claims: Claims, rules: ClaimRules): Identity {
  const { issuer, audience, now } = rules;
  if (issuerOf(claims) !== issuer) throw foreignIssuer();
  checkAudience(claims, audience);
  const confirmation = readConfirmation(claims);
  if (confirmation === undefined) {
    throw refuse("cnf", "binds it in a way that this service cannot check");
  }
  const outside = findOutside(claims, rules);
  if (outside !== null) {
    throw refuse(outside.join("."), "has a value that its issuer may not give it");
  }
  const subject = required(claims, "sub", TEXT);
  const [clientId, authorizedParty] = ["client_id", "azp"].map((claim) =>
    optional(claims, claim, TEXT)
  );
  return {
    issuer,
    subject,
    caller: JSON.stringify([issuer, subject]),
    clientId: clientId ?? authorizedParty ?? clientByProvider(claims),
    scopes: readScopes(claims, rules),
    claims,
    confirmation,
    expiresAt: checkDates(claims, now / 1000) * 1000,
  };
}

/** The client in the claims of Okta and of Entra ID's first version; null if it is not text. */
function clientByProvider({ cid, appid }: Claims): string | null {
  return TEXT.read(cid) ?? TEXT.read(appid) ?? null;
}

/** Cognito's access tokens name the client that asked for them in place of an audience. */
function checkAudience(claims: Claims, audience: string): void {
  const isCognito = claims.token_use === "access" && !Object.hasOwn(claims, "aud");
  const claim = isCognito ? "client_id" : "aud";
  if (!required(claims, claim, TEXTS).includes(audience)) {
    throw refuse(claim, "does not name this service");
  }
}

function readScopes(claims: Claims, rules: ScopeRules): ReadonlySet<string> {
  const { scopes, malformed } = grantedScopes(claims, rules);
  if (malformed !== null) throw refuse(malformed.join("."), `is not ${TEXTS.name}`);
  return scopes;
}

/** Checks the dates, in seconds since 1970, and gives the expiry. */
function checkDates(claims: Claims, now: number): number {
  const expiry = required(claims, "exp", DATE);
  if (expiry <= now - TOLERANCE_S) throw invalidToken("The token has expired: get a new one");
  if (expiry > LAST_DATE_S) throw refuse("exp", "lies beyond the year 9999");
  for (const claim of ["nbf", "iat"]) {
    const date = optional(claims, claim, DATE);
    if (date !== null && date > now + TOLERANCE_S) throw refuse(claim, "lies in the future");
  }
  return expiry;
}

/** The form that a claim must have. */
interface Form<Value> {
  readonly name: string;
  /** The value; undefined if the claim has another form. */
  read(value: unknown): Value | undefined;
}

const TEXT: Form<string> = {
  name: "a non-empty string",
  read: (value) => typeof value === "string" && value !== "" ? value : undefined,
};

/** RFC 7519, section 4.1.3: one audience, or a list. */
const TEXTS: Form<readonly string[]> = {
  name: "a string or an array of strings",
  read: (value) => typeof value === "string" ? [value] : isTexts(value) ? value : undefined,
};

/** RFC 7519, section 2: a NumericDate, which may have a fraction. */
const DATE: Form<number> = {
  name: "a number of seconds",
  read(value) {
    if (value instanceof ExactNumber) return Number(value.source);
    return typeof value === "number" ? value : undefined;
  },
};

function required<Value>(claims: Claims, claim: string, form: Form<Value>): Value {
  const value = optional(claims, claim, form);
  if (value === null) throw refuse(claim, "is missing");
  return value;
}

function optional<Value>(claims: Claims, claim: string, { name, read }: Form<Value>): Value | null {
  if (!Object.hasOwn(claims, claim)) return null;
  const value = read(claims[claim]);
  if (value === undefined) throw refuse(claim, `is not ${name}`);
  return value;
}

function refuse(claim: string, reason: string) {
  return invalidToken(`The token is not valid for this service: its claim "${claim}" ${reason}`);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}
