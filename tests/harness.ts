/**
 * What the end-to-end tests stand on: the real service on a real Cassandra with a keyspace of its own,
 * a real OIDC provider, and real HTTP. Nothing is replaced.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { type Config, readConfig } from "../config.ts";
import { DEV_AUDIENCE, type OidcProvider, startOidcProvider } from "../dev/oidc.ts";
import { freePort } from "../dev/ports.ts";
import { withTestCassandra } from "../dev/test_cluster.ts";
import { fetchToken } from "../dev/token.ts";
import { type Service, start, type StartOptions } from "../main.ts";
import type { Observation } from "../observe/observation.ts";
import { migrate } from "../tasks/migrate.ts";

export interface TestServiceOptions extends StartOptions {
  /** The folder of queries and migrations. Default: the example that ships. */
  readonly cqlDir?: string;
  /** Settings beside those that a test needs, by their environment names. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: 3600. */
  readonly tokenTtlSeconds?: number;
}

export interface TestService extends Service {
  readonly config: Config;
  readonly provider: OidcProvider;
  /** Everything observed so far. */
  readonly observations: readonly Observation[];
  /** A plain driver on the same keyspace. */
  readonly client: cassandra.Client;
  /** A token of a demo user. */
  token(user: string, scope?: string): Promise<string>;
  /** A request as a demo user, or as nobody. A `json` body gets its content type. */
  request(path: string, options?: TestRequest): Promise<Response>;
}

export interface TestRequest {
  readonly method?: string;
  /** Default: `writer`; null sends no token. */
  readonly user?: string | null;
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Record<string, string>;
}

/** Settings that lead to a service of the test's own; nothing is started. */
export async function testEnvironment(
  env: Readonly<Record<string, string>> = {},
): Promise<{ env: Record<string, string>; release(): Promise<void> }> {
  const node = await withTestCassandra();
  return {
    env: {
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      CQL_DIR: "./cql",
      CASSANDRA_CONTACT_POINTS: node.contactPoint,
      CASSANDRA_LOCAL_DATACENTER: node.localDatacenter,
      CASSANDRA_KEYSPACE: `test_${crypto.randomUUID().replaceAll("-", "")}`,
      CASSANDRA_REPLICATION: `${node.localDatacenter}:1`,
      CASSANDRA_CONSISTENCY: "LOCAL_ONE",
      CURSOR_KEY: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
      DRAIN_DELAY_MS: "0",
      ...env,
    },
    release: () => node.close(),
  };
}

/** Migrates, starts, and waits until the routes are served. Stops everything when disposed. */
export async function startTestService(
  options: TestServiceOptions = {},
): Promise<TestService & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const port = freePort();
  const provider = await startOidcProvider({
    port,
    ...(options.tokenTtlSeconds === undefined ? {} : { tokenTtlSeconds: options.tokenTtlSeconds }),
  });
  stack.defer(() => provider.close());
  const { env, release } = await testEnvironment({
    OIDC_ISSUER: provider.issuer,
    OIDC_AUDIENCE: DEV_AUDIENCE,
    ...(options.cqlDir === undefined ? {} : { CQL_DIR: options.cqlDir }),
    ...options.env,
  });
  stack.defer(release);
  const config = readConfig(env);
  await migrate(config, { log: () => {} });
  const client = new cassandra.Client({
    contactPoints: [...config.contactPoints],
    localDataCenter: config.localDatacenter!,
    keyspace: config.keyspace,
  });
  await client.connect();
  stack.defer(async () => {
    await client.execute(`DROP KEYSPACE IF EXISTS ${config.keyspace}`);
    await client.shutdown();
  });
  const observations: Observation[] = [];
  const service = await start(config, {
    ...options,
    observe(observation) {
      observations.push(observation);
      options.observe?.(observation);
    },
  });
  stack.defer(() => service.close());
  await service.ready;

  const tokens = new Map<string, Promise<string>>();
  function token(user: string, scope?: string): Promise<string> {
    return fetchToken({
      issuer: provider.issuer,
      user,
      ...(scope === undefined ? {} : { scope }),
    });
  }
  async function request(path: string, options: TestRequest = {}): Promise<Response> {
    const { user = "writer", json, body, method = "GET" } = options;
    const headers = new Headers(options.headers);
    if (user !== null) {
      if (!tokens.has(user)) tokens.set(user, token(user));
      headers.set("authorization", `Bearer ${await tokens.get(user)}`);
    }
    if (json !== undefined) headers.set("content-type", "application/json");
    const payload = json === undefined ? body : JSON.stringify(json);
    return await fetch(`${service.url}${path}`, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: payload }),
    });
  }
  return {
    ...service,
    config,
    provider,
    observations,
    client,
    token,
    request,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
