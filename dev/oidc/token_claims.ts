/**
 * Claims that somebody asks for in a token of the local provider, beside the tenant of its demo user.
 *
 * @module
 */

/** What a token says of itself, whatever is asked for. */
const OWN_CLAIMS: readonly string[] = [
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "cnf"],
];

/**
 * Claims from the arguments of the command line, such as `org_id=acme` or `groups=["ops"]`: what is no JSON is a
 * string.
 *
 * @throws {Error} saying what to write
 */
export function parseClaims(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(texts.map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new Error(`Cannot read --claim "${text}": write it as --claim org_id=acme`);
    }
    if (OWN_CLAIMS.includes(name)) {
      throw new Error(`Cannot set the claim "${name}": the provider sets it`);
    }
    return [name, jsonOr(value)];
  }));
}

/** Claims as `fetchToken()` sends them; none if they are not there, or are not claims. */
export function readClaims(text: unknown): Record<string, unknown> {
  const claims = typeof text === "string" ? jsonOr(text) : null;
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) return {};
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !OWN_CLAIMS.includes(name)));
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
