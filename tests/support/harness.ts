/**
 * What the end-to-end tests stand on: the real service on a real Cassandra with a keyspace of its own,
 * a real OIDC provider, and real HTTP. Nothing is replaced.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import { expect } from "@std/expect";
import cassandra from "cassandra-driver";
import { cp } from "node:fs/promises";
import { basename } from "node:path";
import { type Config, readConfig } from "../../config/config.ts";
import { steadyControl } from "../../db/driver/internals/connections/steady_control.ts";
import { JitteredReconnection } from "../../db/driver/client/policies.ts";
import { withTestCassandra } from "../../dev/cassandra/test_cluster.ts";
import { DEV_AUDIENCE, type OidcProvider, startOidcProvider } from "../../dev/oidc/provider.ts";
import { fetchToken } from "../../dev/oidc/token_request.ts";
import { freePort } from "../../dev/ports.ts";
import { type Service, start, type StartOptions } from "../../composition/service.ts";
import type { Observation } from "../../observe/observation.ts";
import { problemSchema } from "../../routes/respond/problem.ts";
import { migrate } from "../../tasks/migrate.ts";
import { PATIENT_SOCKET } from "./cassandra/patient_socket.ts";

export interface TestServiceOptions extends StartOptions {
  /** The project: its queries, migrations and hand-written routes. */
  readonly cqlDir: string;
  /** A migration and queries that a copy of the project gets besides its own. */
  readonly cql?: ExtraCql;
  /**
   * Hand-written routes that a copy of the project gets besides its own: files of `tests/fixtures/routes/`
   * without their ending, such as `held/hold`. A test that imports such a file has the very module that the
   * service runs.
   */
  readonly routes?: readonly string[];
  /** Settings beside those that a test needs, by their environment names. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: 3600. */
  readonly tokenTtlSeconds?: number;
  /** Where the provider keeps its keys, for a test that signs tokens as the provider does. */
  readonly keysFile?: string;
}

/** How long a service may be kept from becoming ready by what may pass. */
const PATIENCE_MS = 60_000;

/** The last line of a report of mistakes, or of what hits guardrails: nothing changes them while a test starts. */
const REPORT = /^\d+ [a-z]+ in \d+ files?$/m;

/** The weather service that ships as the example. */
export const EXAMPLE = "./cql";

export interface ExtraCql {
  readonly migration?: string;
  readonly queries: string;
}

export interface TestService extends Service {
  readonly config: Config;
  /** What `config` was read from. */
  readonly env: Readonly<Record<string, string>>;
  readonly provider: OidcProvider;
  /** Everything observed so far. */
  readonly observations: readonly Observation[];
  /** A plain driver on the same keyspace. */
  readonly client: cassandra.Client;
  /** A token of a demo user. */
  token(user: string, scope?: string): Promise<string>;
  /**
   * A request as a demo user, or as nobody. A `json` body gets its content type. The path may be the
   * whole URL of another service with the same provider.
   */
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

/** Settings that lead to a service of the test's own but for `CQL_DIR`; nothing is started. */
export async function testEnvironment(
  env: Readonly<Record<string, string>> = {},
): Promise<{ env: Record<string, string>; release(): Promise<void> }> {
  const node = await withTestCassandra();
  return {
    env: {
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      CASSANDRA_CONTACT_POINTS: node.contactPoint,
      CASSANDRA_LOCAL_DATACENTER: node.localDatacenter,
      CASSANDRA_KEYSPACE: `test_${crypto.randomUUID().replaceAll("-", "")}`,
      CASSANDRA_REPLICATION: `${node.localDatacenter}:1`,
      CASSANDRA_CONSISTENCY: "LOCAL_ONE",
      CURSOR_KEY: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
      IDEMPOTENCY_SECRET: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
      MASK_SECRET: crypto.getRandomValues(new Uint8Array(32)).toBase64(),
      DOCS: "on",
      DRAIN_DELAY_MS: "0",
      // Tests of other subjects ask for what guardrails refuse.
      GUARDRAILS: "warn",
      ...env,
    },
    release: () => node.close(),
  };
}

/** Migrates, starts, and waits until the routes are served. Stops everything when disposed. */
export async function startTestService(
  options: TestServiceOptions,
): Promise<TestService & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const port = freePort();
  const provider = await startOidcProvider({
    port,
    ...(options.tokenTtlSeconds === undefined ? {} : { tokenTtlSeconds: options.tokenTtlSeconds }),
    ...(options.keysFile === undefined ? {} : { keysFile: options.keysFile }),
  });
  stack.defer(() => provider.close());
  const cqlDir = await projectOf(options, stack);
  const { env, release } = await testEnvironment({
    OIDC_ISSUER: provider.issuer,
    OIDC_AUDIENCE: DEV_AUDIENCE,
    CQL_DIR: cqlDir,
    ...options.env,
  });
  stack.defer(release);
  const config = readConfig(env);
  const toCluster = {
    socketOptions: PATIENT_SOCKET,
    contactPoints: [...config.contactPoints],
    localDataCenter: config.localDatacenter!,
    protocolOptions: { port: Number(config.contactPoints[0]!.split(":").at(-1)) },
    // Back as soon as the service is, where a test takes Cassandra away.
    policies: { reconnection: new JitteredReconnection() },
  };
  try {
    await migrate(config, { log: () => {} });
  } catch (error) {
    await dropKeyspace(new cassandra.Client(toCluster), config.keyspace);
    throw error;
  }
  const client = new cassandra.Client({ ...toCluster, keyspace: config.keyspace });
  // As the service's own: by itself, a client that loses its connection twice in a row fails where nobody hears of it.
  steadyControl(client, () => {});
  stack.defer(() => dropKeyspace(client, config.keyspace));
  await client.connect();
  const observations: Observation[] = [];
  const service = await startReady(config, {
    ...options,
    observe(observation) {
      observations.push(observation);
      options.observe?.(observation);
    },
  });
  stack.defer(() => service.close());
  const running = stack.move();
  return {
    ...service,
    config,
    env,
    provider,
    observations,
    client,
    ...asDemoUsers(service.url, provider),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Starts a service, and waits until its routes are served, or until it is clear that they will not be. */
async function startReady(config: Config, options: StartOptions): Promise<Service> {
  const obstacle = Promise.withResolvers<never>();
  obstacle.promise.catch(() => {});
  let patience: ReturnType<typeof setTimeout> | undefined;
  let isStarting = true;

  function noteObstacle(reason: string): void {
    if (REPORT.test(reason)) {
      obstacle.reject(new Error(`Cannot become ready, whatever time it has: ${reason}`));
    }
    // On a busy machine the first attempts may be too slow. The service would retry indefinitely, though.
    patience ??= setTimeout(
      () => obstacle.reject(new Error(`Cannot become ready: ${reason}`)),
      PATIENCE_MS,
    );
  }

  const service = await start(config, {
    ...options,
    observe(observation) {
      options.observe?.(observation);
      if (!isStarting || observation.kind !== "readiness") return;
      if (observation.reason !== null) noteObstacle(observation.reason);
    },
  });
  try {
    await Promise.race([service.ready, obstacle.promise]);
    return service;
  } catch (error) {
    await service.close();
    throw error;
  } finally {
    isStarting = false;
    clearTimeout(patience);
  }
}

/** How a test asks the service as one of the provider's users. Each user has one token for all requests. */
function asDemoUsers(
  serviceUrl: string,
  { issuer }: OidcProvider,
): Pick<TestService, "token" | "request"> {
  const tokens = new Map<string, Promise<string>>();
  function token(user: string, scope?: string): Promise<string> {
    return fetchToken({ issuer, user, ...(scope === undefined ? {} : { scope }) });
  }
  return {
    token,
    async request(path, options = {}) {
      const { user = "writer", json, body, method = "GET" } = options;
      const headers = new Headers(options.headers);
      if (user !== null) {
        if (!tokens.has(user)) tokens.set(user, token(user));
        headers.set("authorization", `Bearer ${await tokens.get(user)}`);
      }
      if (json !== undefined) headers.set("content-type", "application/json");
      const payload = json === undefined ? body : JSON.stringify(json);
      return await fetch(new URL(path, serviceUrl), {
        method,
        headers,
        ...(payload === undefined ? {} : { body: payload }),
      });
    },
  };
}

/** Closes the client, too. */
async function dropKeyspace(client: cassandra.Client, keyspace: string): Promise<void> {
  try {
    await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
  } finally {
    await client.shutdown();
  }
}

/** The project itself, or where a test adds to it, a copy. */
async function projectOf(
  { cqlDir, cql, routes = [] }: TestServiceOptions,
  stack: AsyncDisposableStack,
): Promise<string> {
  if (cql === undefined && routes.length === 0) return cqlDir;
  const folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await cp(cqlDir, folder, { recursive: true });
  if (cql !== undefined) await Deno.writeTextFile(`${folder}/queries/extra.cql`, cql.queries);
  if (cql?.migration !== undefined) {
    const count = [...Deno.readDirSync(`${folder}/migrations`)].length;
    const number = `${count + 1}`.padStart(4, "0");
    await Deno.writeTextFile(`${folder}/migrations/${number}_extra.cql`, cql.migration);
  }
  await addRoutes(folder, routes);
  return folder;
}

const anyProblemSchema = problemSchema.loose();

/** The problem document of a response, once it is clear that it is a whole one. */
export async function problemOf(response: Response): Promise<z.infer<typeof anyProblemSchema>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = anyProblemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.request_id).toBe(response.headers.get("x-request-id"));
  return problem;
}

/** The status of a response, whose body nobody needs. */
export async function statusOf(response: Promise<Response>): Promise<number> {
  const { body, status } = await response;
  await body?.cancel();
  return status;
}

/** Adds hand-written routes, by their paths in `tests/fixtures/routes/`. */
async function addRoutes(folder: string, paths: readonly string[]): Promise<void> {
  await Deno.mkdir(`${folder}/routes`, { recursive: true });
  for (const path of paths) {
    const { href } = new URL(`../fixtures/routes/${path}.ts`, import.meta.url);
    // A project has no routes in sub-folders.
    const file = `${folder}/routes/${basename(path)}.ts`;
    await Deno.writeTextFile(file, `export { default } from "${href}";\n`);
  }
}
