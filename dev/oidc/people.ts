/**
 * People at the local OIDC provider: the demo users log in on a page, by the code flow with PKCE
 * (RFC 6749, section 4.1; RFC 7636), and get only scopes that they have, even if more were requested.
 *
 * Nobody is asked for consent: the client is the service's own docs page.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { loginPage } from "./login_page.ts";
import { clientScope, type DemoUsers } from "./users.ts";

/** The part of the provider that is about people: the package has no types. */
export interface PeopleProvider {
  readonly issuer: string;
  readonly Client: { readonly prototype: { redirectUriAllowed(uri: string): boolean } };
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: { readonly login: { readonly accountId: string } },
  ): Promise<void>;
}

interface Interaction {
  readonly uid: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A request for authorisation, as the provider's functions are given it. */
interface Authorisation {
  readonly oidc: {
    readonly session: { readonly accountId: string };
    readonly client: { readonly clientId: string };
    readonly provider: { readonly Grant: new (of: Grantee) => Grant };
  };
}

interface Grantee {
  readonly accountId: string;
  readonly clientId: string;
}

interface Grant {
  addOIDCScope(scope: string): void;
  rejectOIDCScope(scope: string): void;
  addResourceScope(resource: string, scope: string): void;
  rejectResourceScope(resource: string, scope: string): void;
  save(): Promise<unknown>;
}

/** The public client of `/docs`: it has no secret. */
export const DOCS_CLIENT_ID = "docs";

/** Where the provider sends somebody who has to log in. */
const LOGIN = /^\/login\/([\w-]+)$/;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A form with the name of a user is much shorter. */
const MAX_FORM_BYTES = 1_024;

/** The part of the provider's configuration that is about people. */
export function peopleConfiguration(
  { audience, scopes, users }: {
    readonly audience: string;
    readonly scopes: readonly string[];
    readonly users: DemoUsers;
  },
) {
  return {
    client: {
      client_id: DOCS_CLIENT_ID,
      client_name: "The docs page",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      // Any other that `isDocsPage` knows is allowed, too.
      redirect_uris: ["http://localhost:8000/docs"],
      scope: clientScope(scopes),
    },
    /** Lifetimes in seconds: a minute for a code, ten to choose a user, a day for a log-in. */
    ttl: { AuthorizationCode: 60, Interaction: 600, Grant: 86_400, Session: 86_400 },
    configuration: {
      pkce: { required: () => true },
      interactions: { url: (_: unknown, { uid }: Interaction) => `/login/${uid}` },
      clientBasedCORS: (_: unknown, origin: string) => isLoopback(origin),
      findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
      async loadExistingGrant({ oidc }: Authorisation) {
        const { session: { accountId }, client: { clientId } } = oidc;
        const allowed = users[accountId]?.scopes ?? [];
        const refused = scopes.filter((scope) => !allowed.includes(scope));
        const grant = new oidc.provider.Grant({ accountId, clientId });
        grant.addOIDCScope(["openid", ...allowed].join(" "));
        grant.rejectOIDCScope(refused.join(" "));
        grant.addResourceScope(audience, allowed.join(" "));
        grant.rejectResourceScope(audience, refused.join(" "));
        await grant.save();
        return grant;
      },
    },
  };
}

/** Lets the docs page of any service on this machine receive codes: its port and prefix may differ. */
export function allowDocsPages(provider: PeopleProvider): void {
  // No other client has redirects.
  provider.Client.prototype.redirectUriAllowed = isDocsPage;
}

function isDocsPage(uri: string): boolean {
  const url = URL.parse(uri);
  return url !== null && isLoopback(url.origin) && url.pathname.endsWith("/docs") &&
    url.search === "" && url.hash === "";
}

function isLoopback(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && ["http:", "https:"].includes(url.protocol) && LOOPBACK.test(url.hostname);
}

/** Serves the log-in page. Resolves to false for a request that is for something else. */
export async function serveLogin(
  provider: PeopleProvider,
  users: DemoUsers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? "/", provider.issuer);
  if (!LOGIN.test(pathname)) return false;
  let interaction: Interaction;
  try {
    interaction = await provider.interactionDetails(request, response);
  } catch {
    answer(response, 400, loginPage({ kind: "stale" }));
    return true;
  }
  const client = new URL(String(interaction.params.redirect_uri));
  const user = request.method === "POST" ? await chosenUser(request, users) : null;
  if (user === null) {
    const unknown = request.method === "POST";
    const page = loginPage({ kind: "choose", action: pathname, client, unknown, users });
    answer(response, unknown ? 422 : 200, page);
    return true;
  }
  await provider.interactionFinished(request, response, { login: { accountId: user } });
  return true;
}

/** The demo user whose name was sent; null if there is no such user. */
async function chosenUser(request: IncomingMessage, users: DemoUsers): Promise<string | null> {
  let form = "";
  for await (const chunk of request) {
    form += chunk;
    if (form.length > MAX_FORM_BYTES) return null;
  }
  const user = new URLSearchParams(form).get("user") ?? "";
  return Object.hasOwn(users, user) ? user : null;
}

function answer(
  response: ServerResponse,
  status: number,
  { html, headers }: ReturnType<typeof loginPage>,
): void {
  response.writeHead(status, headers).end(html);
}
