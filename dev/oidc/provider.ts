/**
 * A real OpenID provider on this machine: discovery, JWKS, and JWT access tokens (RFC 9068) for the
 * demo users, by the client credentials grant (RFC 6749, section 4.4) and, for people, as
 * `people.ts` says.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { allowDocsPages, peopleConfiguration, serveLogin } from "./people.ts";
import { DEMO_USERS } from "./users.ts";

/** The audience of the provider's access tokens: the API as a resource indicator (RFC 8707). */
export const DEV_AUDIENCE = "urn:cqlgate:api";

/** A running provider. */
export interface OidcProvider {
  readonly issuer: string;
  /** Signs with a new key from now on. The old keys stay published, so that tokens stay valid. */
  rotateKeys(): Promise<void>;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const SIGNING_ALGORITHM = "ES256";

/**
 * Starts the provider.
 *
 * @param options.issuer default: `http://localhost:<port>`
 * @param options.hostname where it listens; default: only on this machine
 * @param options.tokenTtlSeconds default: one hour
 * @param options.keysFile keeps the signing keys, so that tokens outlive a restart; default: none
 */
export async function startOidcProvider(options: {
  readonly port: number;
  readonly issuer?: string;
  readonly hostname?: string;
  readonly tokenTtlSeconds?: number;
  readonly keysFile?: string;
}): Promise<OidcProvider> {
  const issuer = options.issuer ?? `http://localhost:${options.port}`;
  const tokenTtlSeconds = options.tokenTtlSeconds ?? 3_600;

  let keys = await readKeys(options.keysFile) ?? [await generateKey()];
  let handle: Handler;
  // A provider's keys are fixed when it is created, so new keys need a new provider on the same port.
  const useKeys = async () => {
    if (options.keysFile) await writeKeys(options.keysFile, keys);
    handle = await createHandler(issuer, { keys, tokenTtlSeconds });
  };
  await useKeys();

  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.hostname ?? "localhost", resolve);
  });

  return {
    issuer,
    async rotateKeys() {
      keys = [await generateKey(), ...keys];
      await useKeys();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createHandler(
  issuer: string,
  options: { keys: JsonWebKey[]; tokenTtlSeconds: number },
): Promise<Handler> {
  return withoutWarnings(async () => {
    const { default: Provider } = await import("oidc-provider");
    const provider = new Provider(issuer, configuration(options));
    allowDocsPages(provider);
    const handle = provider.callback();
    return async (request, response) => {
      if (!await serveLogin(provider, request, response)) handle(request, response);
    };
  });
}

function configuration(
  { keys, tokenTtlSeconds }: { keys: JsonWebKey[]; tokenTtlSeconds: number },
) {
  const scopes = [...new Set(Object.values(DEMO_USERS).flatMap((user) => user.scopes))];
  const people = peopleConfiguration({ audience: DEV_AUDIENCE, scopes });
  return {
    ...people.configuration,
    jwks: { keys },
    cookies: { keys: [crypto.randomUUID()] },
    scopes,
    clients: [
      people.client,
      ...Object.entries(DEMO_USERS).map(([name, user]) => ({
        client_id: name,
        client_secret: user.secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        scope: user.scopes.join(" "),
        id_token_signed_response_alg: SIGNING_ALGORITHM,
      })),
    ],
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => DEV_AUDIENCE,
        getResourceServerInfo: () => ({
          audience: DEV_AUDIENCE,
          scope: scopes.join(" "),
          accessTokenFormat: "jwt",
          accessTokenTTL: tokenTtlSeconds,
          jwt: { sign: { alg: SIGNING_ALGORITHM } },
        }),
      },
    },
    ttl: {
      AccessToken: tokenTtlSeconds,
      ClientCredentials: tokenTtlSeconds,
      ...people.ttl,
    },
    extraTokenClaims: (
      _context: unknown,
      { accountId, clientId }: { readonly accountId?: string; readonly clientId?: string },
    ) => ({ tenant: DEMO_USERS[accountId ?? clientId ?? ""]?.tenant }),
  };
}

/** Runs an action without oidc-provider's warnings: on the runtime, and on what only a demo may do. */
async function withoutWarnings<T>(action: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await action();
  } finally {
    console.warn = warn;
  }
}

async function generateKey(): Promise<JsonWebKey> {
  const { privateKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", privateKey);
  return { kty, crv, x, y, d, alg: SIGNING_ALGORITHM, use: "sig" } as JsonWebKey;
}

async function readKeys(file: string | undefined): Promise<JsonWebKey[] | undefined> {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function writeKeys(file: string, keys: JsonWebKey[]): Promise<void> {
  await Deno.writeTextFile(file, JSON.stringify(keys), { mode: 0o600 });
}
