/**
 * Access tokens of the demo users, asked for as any client would: discovery, then the token
 * endpoint.
 *
 * @module
 */
import { USERS_PATH } from "./provider.ts";
import type { DemoUsers, ProjectScopes } from "./users.ts";

/** Where the local provider is, unless `OIDC_ISSUER` says otherwise. */
export const DEV_ISSUER = "http://localhost:8002";

export interface TokenRequest {
  readonly issuer: string;
  /** The name of a demo user. */
  readonly user: string;
  /** Scopes separated by spaces; default: all that the user may have. */
  readonly scope?: string;
  /** More claims for the token, or others in place of the user's. */
  readonly claims?: Readonly<Record<string, unknown>>;
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
  const { issuer, user, claims, proofFor } = request;
  const { secret, scope } = checkRequest(request, await fetchDemoUsers(issuer));
  const response = await asking(issuer, async () => {
    const { token_endpoint: tokenEndpoint } = await fetchJson(
      `${issuer}/.well-known/openid-configuration`,
    );
    return await fetch(tokenEndpoint, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${user}:${secret}`)}`,
        ...(proofFor === undefined ? {} : { dpop: await proofFor(tokenEndpoint) }),
      },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        ...(scope === "" ? {} : { scope }),
        ...(claims === undefined ? {} : { claims: JSON.stringify(claims) }),
      }),
    });
  });
  const body = await response.json();
  if (!response.ok) {
    throw new Error(
      `Cannot get a token for "${user}" from "${issuer}": ${body.error_description ?? body.error}`,
    );
  }
  return body.access_token;
}

/** @throws {Error} if no local provider is there */
export function fetchDemoUsers(issuer: string): Promise<DemoUsers> {
  return asking(issuer, () => fetchJson(`${issuer}${USERS_PATH}`));
}

/** Gives the demo users the scopes of a project. */
export async function sendScopes(issuer: string, scopes: ProjectScopes): Promise<void> {
  const response = await fetch(`${issuer}${USERS_PATH}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(scopes),
  });
  await response.body?.cancel();
}

async function asking<T>(issuer: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(
      `Cannot reach the OIDC provider at "${issuer}": ${(cause as Error)?.message ?? message}\n` +
        "Start it with `deno task dev`, or set OIDC_ISSUER to where it runs.",
    );
  }
}

async function fetchJson(url: string) {
  const response = await fetch(url);
  if (response.ok) return await response.json();
  await response.body?.cancel();
  throw new Error(`${new URL(url).pathname} answers ${response.status}`);
}

function checkRequest({ user, scope }: TokenRequest, users: DemoUsers) {
  const known = Object.hasOwn(users, user) ? users[user] : undefined;
  if (known === undefined) {
    throw new Error(
      `Cannot get a token for "${user}": no such user\n` +
        `The demo users are: ${Object.keys(users).join(", ")}.`,
    );
  }
  const scopes = scope?.split(" ").filter((name) => name !== "") ?? known.scopes;
  const refused = scopes.filter((name) => !known.scopes.includes(name));
  if (refused.length > 0) {
    throw new Error(
      `Cannot get a token for "${user}": it may not have "${refused.join('", "')}"\n` +
        (known.scopes.length === 0
          ? "It may have no scopes: the project that is served names none."
          : `It may have: ${
            known.scopes.join(", ")
          }. These are the scopes of the project that is served.`),
    );
  }
  return { secret: known.secret, scope: scopes.join(" ") };
}
