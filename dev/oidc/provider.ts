/**
 * A real OpenID provider on this machine: discovery, JWKS, and JWT access tokens (RFC 9068) for the
 * demo users, by the client credentials grant (RFC 6749, section 4.4) and, for people, as
 * `people.ts` says.
 *
 * @module
 */
import { text } from "node:stream/consumers";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { allowDocsPages, peopleConfiguration, serveLogin } from "./people.ts";
import { readClaims } from "./token_claims.ts";
import { clientScope, type DemoUsers, demoUsers, type ProjectScopes } from "./users.ts";

/** The audience of the provider's access tokens: the API as a resource indicator (RFC 8707). */
export const DEV_AUDIENCE = "urn:cqlgate:api";

/** A running provider. */
export interface OidcProvider {
  readonly issuer: string;
  /** Signs with a new key from now on. The old keys stay published, so that tokens stay valid. */
  rotateKeys(): Promise<void>;
  /** Gives the demo users the scopes of another project from now on. */
  useScopes(scopes: ProjectScopes): Promise<void>;
  close(): Promise<void>;
}

/** Where the provider tells who its demo users are, as JSON, and is told by PUT what scopes they are to have. */
export const USERS_PATH = "/demo-users";

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
  let users = demoUsers();
  let handle: Handler;
  // A provider's keys and clients are fixed when it is created, so new ones need a new provider on the same port.
  const renew = async () => {
    handle = await createHandler(issuer, { users, keys, tokenTtlSeconds });
  };
  const useKeys = async () => {
    if (options.keysFile) await writeKeys(options.keysFile, keys);
    await renew();
  };
  await useKeys();

  async function useScopes(scopes: ProjectScopes): Promise<void> {
    const before = JSON.stringify(users);
    users = demoUsers(scopes);
    if (JSON.stringify(users) !== before) await renew();
  }

  const server = createServer((request, response) => {
    if (request.url !== USERS_PATH) return handle(request, response);
    if (request.method !== "PUT") return answerUsers(response, users);
    readScopes(request).then(useScopes).then(
      () => answerUsers(response, users),
      () => response.writeHead(400).end(),
    );
  });
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
    useScopes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerUsers(response: ServerResponse, users: DemoUsers): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(users));
}

/** @throws if it is sent by a web page, which cannot name this media type, or is no JSON */
async function readScopes(request: IncomingMessage): Promise<ProjectScopes> {
  if (request.headers["content-type"] !== "application/json") throw new TypeError("It is no JSON");
  const scopes: unknown = JSON.parse(await text(request));
  if (isProjectScopes(scopes)) return scopes;
  throw new TypeError("These are no scopes");
}

function isProjectScopes(value: unknown): value is ProjectScopes {
  if (typeof value !== "object" || value === null) return false;
  const { all, reading } = value as Record<string, unknown>;
  return [all, reading].every((names) =>
    Array.isArray(names) && names.every((name) => typeof name === "string")
  );
}

interface ProviderOptions {
  readonly users: DemoUsers;
  readonly keys: JsonWebKey[];
  readonly tokenTtlSeconds: number;
}

function createHandler(issuer: string, options: ProviderOptions): Promise<Handler> {
  return withoutWarnings(async () => {
    const { default: Provider } = await import("oidc-provider");
    const provider = new Provider(issuer, configuration(options));
    allowDocsPages(provider);
    const handle = provider.callback();
    return async (request, response) => {
      if (!await serveLogin(provider, options.users, request, response)) handle(request, response);
    };
  });
}

function configuration({ users, keys, tokenTtlSeconds }: ProviderOptions) {
  const scopes = [...new Set(Object.values(users).flatMap((user) => user.scopes))];
  const people = peopleConfiguration({ audience: DEV_AUDIENCE, scopes, users });
  return {
    ...people.configuration,
    jwks: { keys },
    cookies: { keys: [crypto.randomUUID()] },
    scopes,
    clients: [
      people.client,
      ...Object.entries(users).map(([name, user]) => ({
        client_id: name,
        client_secret: user.secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        scope: clientScope(user.scopes),
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
      { oidc: { body } }: { readonly oidc: { readonly body?: { readonly claims?: unknown } } },
      { accountId, clientId }: { readonly accountId?: string; readonly clientId?: string },
    ) => ({ tenant: users[accountId ?? clientId ?? ""]?.tenant, ...readClaims(body?.claims) }),
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
