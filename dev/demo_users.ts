/**
 * What `deno task dev` says of its demo users: who they are, and when they have other scopes than before.
 *
 * @module
 */
import { fetchDemoUsers, sendScopes } from "./oidc/token_request.ts";
import type { DemoUsers, ProjectScopes } from "./oidc/users.ts";

/** A line for each user. */
export function describeUsers(users: DemoUsers): string[] {
  return Object.entries(users).map(([name, { tenant, scopes }]) =>
    `  ${name.padEnd(8)}  tenant ${tenant}, ${
      scopes.length === 0 ? "no scopes" : `scopes ${scopes.join(" ")}`
    }`
  );
}

/**
 * Gives the users of a provider the scopes of a project. Resolves to what to print, since tokens from before lack
 * the new scopes; null if nothing has changed.
 *
 * @throws {Error} if no local provider is there
 */
export async function tellScopes(
  issuer: string,
  scopes: ProjectScopes,
): Promise<string | null> {
  const before = describeUsers(await fetchDemoUsers(issuer));
  await sendScopes(issuer, scopes);
  const now = describeUsers(await fetchDemoUsers(issuer));
  if (now.join() === before.join()) return null;
  return ["The demo users have other scopes now, in new tokens:", ...now].join("\n");
}
