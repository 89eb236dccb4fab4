/**
 * Access tokens of the demo users, asked for as any client would: discovery, then the token
 * endpoint.
 *
 * @module
 */
import { DEMO_USERS } from "./users.ts";

/** Where the local provider is, unless `OIDC_ISSUER` says otherwise. */
export const DEV_ISSUER = "http://localhost:8002";

export interface TokenRequest {
  readonly issuer: string;
  /** A name from `DEMO_USERS`. */
  readonly user: string;
  /** Scopes separated by spaces; default: all that the user may have. */
  readonly scope?: string;
  /** Makes the proof of a key that the token is to be bound to (RFC 9449, section 5). */
  proofFor?(tokenEndpoint: string): Promise<string>;
}

/**
 * Asks the provider for an access token.
 *
 * @throws {Error} saying what to do: an unknown user, a scope that the user may not have, no
 * provider
 */
export async function fetchToken(request: TokenRequest): Promise<string> {
  const { issuer, user, proofFor } = request;
  const { secret, scope } = checkRequest(request);
  let response: Response;
  try {
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    if (!discovery.ok) throw new Error(`discovery answers ${discovery.status}`);
    const { token_endpoint: tokenEndpoint } = await discovery.json();
    response = await fetch(tokenEndpoint, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${user}:${secret}`)}`,
        ...(proofFor === undefined ? {} : { dpop: await proofFor(tokenEndpoint) }),
      },
      body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(
      `Cannot reach the OIDC provider at "${issuer}": ${(cause as Error)?.message ?? message}\n` +
        "Start it with `deno task dev`, or set OIDC_ISSUER to where it runs.",
    );
  }
  const body = await response.json();
  if (!response.ok) {
    throw new Error(
      `Cannot get a token for "${user}" from "${issuer}": ${body.error_description ?? body.error}`,
    );
  }
  return body.access_token;
}

function checkRequest({ user, scope }: TokenRequest) {
  const known = Object.hasOwn(DEMO_USERS, user) ? DEMO_USERS[user] : undefined;
  if (known === undefined) {
    throw new Error(
      `Cannot get a token for "${user}": no such user\n` +
        `The demo users are: ${Object.keys(DEMO_USERS).join(", ")}.`,
    );
  }
  const scopes = scope?.split(" ").filter((name) => name !== "") ?? known.scopes;
  const refused = scopes.filter((name) => !known.scopes.includes(name));
  if (refused.length > 0) {
    throw new Error(
      `Cannot get a token for "${user}": it may not have "${refused.join('", "')}"\n` +
        `It may have: ${known.scopes.join(", ")}.`,
    );
  }
  return { secret: known.secret, scope: scopes.join(" ") };
}
