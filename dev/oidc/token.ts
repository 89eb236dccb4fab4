/**
 * @module
 * Access tokens of the demo users, asked for as any client would: discovery, then the token
 * endpoint. As a program, prints the token and nothing else, for use in `$(…)`.
 *
 *     deno task --quiet token --user writer --scope "stations:read"
 */

import { parseArgs } from "node:util";
import { DEMO_USERS } from "./users.ts";

/** Where the local provider is, unless `OIDC_ISSUER` says otherwise. */
export const DEV_ISSUER = "http://localhost:8002";

/**
 * Asks the provider for an access token.
 *
 * @param options.user a name from `DEMO_USERS`
 * @param options.scope scopes separated by spaces; default: all that the user may have
 * @throws {Error} saying what to do: an unknown user, a scope that the user may not have, no
 * provider
 */
export async function fetchToken(
  options: { readonly issuer: string; readonly user: string; readonly scope?: string },
): Promise<string> {
  const { issuer, user } = options;
  const { secret, scope } = checkRequest(options);
  let response: Response;
  try {
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    if (!discovery.ok) throw new Error(`discovery answers ${discovery.status}`);
    const { token_endpoint: tokenEndpoint } = await discovery.json();
    response = await fetch(tokenEndpoint, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${user}:${secret}`)}` },
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

function checkRequest({ user, scope }: { user: string; scope?: string }) {
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

if (import.meta.main) {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { user: { type: "string" }, scope: { type: "string" } },
    });
    if (values.user === undefined) {
      throw new Error(
        `Cannot get a token: --user is missing\nUsage: --user ${
          Object.keys(DEMO_USERS).join("|")
        } [--scope "…"]`,
      );
    }
    console.log(
      await fetchToken({
        issuer: Deno.env.get("OIDC_ISSUER") || DEV_ISSUER,
        user: values.user,
        ...(values.scope === undefined ? {} : { scope: values.scope }),
      }),
    );
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
