/**
 * A real OpenID provider whose access tokens are opaque: it answers about them, and can revoke them.
 *
 * @module
 */
import { createServer } from "node:http";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import { freePort } from "../../dev/ports.ts";

export interface OpaqueProvider extends AsyncDisposable {
  readonly issuer: string;
  /** A token that the client `app` gets for itself, bound to the key of a proof where it sends one. */
  token(scope: string, prove?: (endpoint: string) => Promise<string>): Promise<string>;
  revoke(token: string): Promise<void>;
}

/** The client that may ask about tokens. */
export const GATEWAY = { clientId: "gateway", clientSecret: "gateway-s3cret" };

const APP = { id: "app", secret: "app-s3cret" };
const SCOPES = ["stations:read", "stations:write"];

export async function startOpaqueProvider(): Promise<OpaqueProvider> {
  const port = freePort();
  const issuer = `http://localhost:${port}`;
  const { warn, info } = console;
  // It warns of the runtime, and of what only a test may do.
  Object.assign(console, { warn() {}, info() {} });
  const { default: Provider } = await import("oidc-provider");
  const provider = new Provider(issuer, configuration());
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));

  async function post(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return await fetch(`${issuer}${path}`, {
      method: "POST",
      headers: { ...headers, authorization: `Basic ${btoa(`${APP.id}:${APP.secret}`)}` },
      body: new URLSearchParams(form),
    });
  }
  return {
    issuer,
    async token(scope, prove) {
      const headers = prove === undefined ? {} : { dpop: await prove(`${issuer}/token`) };
      const response = await post("/token", { grant_type: "client_credentials", scope }, headers);
      return (await response.json()).access_token;
    },
    async revoke(token) {
      await (await post("/token/revocation", { token })).body?.cancel();
    },
    async [Symbol.asyncDispose]() {
      Object.assign(console, { warn, info });
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function configuration() {
  const none = { redirect_uris: [], response_types: [] };
  return {
    cookies: { keys: [crypto.randomUUID()] },
    scopes: SCOPES,
    clients: [
      {
        ...none,
        client_id: APP.id,
        client_secret: APP.secret,
        grant_types: ["client_credentials"],
        scope: SCOPES.join(" "),
      },
      {
        ...none,
        client_id: GATEWAY.clientId,
        client_secret: GATEWAY.clientSecret,
        grant_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: {
        enabled: true,
        allowedPolicy: (_: unknown, client: { clientId: string }) =>
          client.clientId === GATEWAY.clientId,
      },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => DEV_AUDIENCE,
        getResourceServerInfo: () => ({
          audience: DEV_AUDIENCE,
          scope: SCOPES.join(" "),
          accessTokenFormat: "opaque",
          accessTokenTTL: 300,
        }),
      },
    },
    ttl: { ClientCredentials: 300 },
    extraTokenClaims: () => ({ tenant: "acme" }),
  };
}
