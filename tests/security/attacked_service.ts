/**
 * A service under attack: a process of its own, started as `deno task start` starts it, with an issuer
 * that signs whatever a test asks for, and a prober that notices when it does not answer at once.
 *
 * @module
 */
import { expect } from "@std/expect";
import cassandra from "cassandra-driver";
import { basename } from "node:path";
import { readConfig } from "../../config/config.ts";
import { DEV_AUDIENCE } from "../../dev/oidc/provider.ts";
import { migrate } from "../../tasks/migrate.ts";
import { type OwnIssuer, startOwnIssuer, type TokenOptions } from "../support/auth/own_issuer.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { testEnvironment } from "../support/harness.ts";
import { createCqlFolder, type OwnCql } from "../support/own_service.ts";
import { residentMemory } from "../support/process_memory.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";
import type { Probe } from "./prober.ts";

export interface AttackedService extends AsyncDisposable {
  readonly url: string;
  readonly process: ServiceProcess;
  readonly issuer: OwnIssuer;
  /** A plain driver on the same keyspace. */
  readonly client: cassandra.Client;
  /** The header of somebody's token, who has the scope `use`. */
  authorization(claims?: TokenOptions["claims"]): Promise<{ authorization: string }>;
  /**
   * Runs a scenario while the service is probed, and fails where the service did not answer within
   * {@link LONGEST_MS}, or longer on a slow machine. Machines have bad moments: the scenario is run again before it
   * fails, and once more.
   */
  withstand<Result>(scenario: () => Promise<Result>): Promise<Result>;
  /**
   * Runs a scenario, and fails where the service does not give back the memory that it took: what is
   * above `bytes` more than it had before.
   */
  returnsMemory<Result>(bytes: number, scenario: () => Promise<Result>): Promise<Result>;
}

/** Longest that a probe takes beside the time that the machine owes, on a machine that is not slow. */
const LONGEST_MS = 250;
/** How many times as long as the prober's own work it may take on a slow machine. */
const LONGEST_WORKS = 180;
const ATTEMPTS = 3;

const PROBER = new URL("./prober.ts", import.meta.url).pathname;

export interface AttackedServiceOptions extends OwnCql {
  /** Hand-written routes, by their paths in `tests/fixtures/routes/`. */
  readonly routes?: readonly string[];
  /** Settings beside those that a test needs, by their environment names. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function startAttackedService(
  { env: extra = {}, routes = [], ...cql }: AttackedServiceOptions,
): Promise<AttackedService> {
  await using stack = new AsyncDisposableStack();
  const issuer = stack.use(await startOwnIssuer());
  const { path } = stack.use(await createCqlFolder(cql));
  await Deno.mkdir(`${path}/routes`);
  for (const route of routes) {
    // Copies: the service may read nothing outside its folder.
    await Deno.copyFile(
      new URL(`../fixtures/routes/${route}.ts`, import.meta.url),
      `${path}/routes/${basename(route)}.ts`,
    );
  }
  const { env, release } = await testEnvironment({
    OIDC_ISSUER: issuer.issuer,
    OIDC_AUDIENCE: DEV_AUDIENCE,
    CQL_DIR: path,
    ...extra,
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
    await client.execute(`DROP KEYSPACE ${config.keyspace}`);
    await client.shutdown();
  });
  const process = stack.use(await spawnService(env));
  const { url, pid } = process;
  const prober = stack.use(startProber(url, pid));
  await untilReady(url);
  const running = stack.move();

  async function probed<Result>(scenario: () => Promise<Result>) {
    const since = Date.now();
    const result = await scenario();
    return { result, late: await prober.lateSince(since) };
  }
  return {
    url,
    process,
    issuer,
    client,
    async authorization(claims = {}) {
      return {
        authorization: `Bearer ${await issuer.token({ claims: { scope: "use", ...claims } })}`,
      };
    },
    async withstand(scenario) {
      for (let attempt = 1;; attempt++) {
        const { result, late } = await probed(scenario);
        if (attempt === ATTEMPTS) expect(late).toEqual([]);
        if (late.length === 0) return result;
      }
    },
    async returnsMemory(bytes, scenario) {
      const before = await residentMemory(pid);
      const result = await scenario();
      await eventually(
        `it has at most ${bytes} bytes more than before`,
        async () => await residentMemory(pid) - before <= bytes,
      );
      return result;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Prober extends AsyncDisposable {
  /** The probes of a time that were answered late or not at all, once one has begun after it. */
  lateSince(startedAt: number): Promise<Probe[]>;
}

function startProber(url: string, pid: number): Prober {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-config", PROBER, url, `${pid}`],
    stdout: "piped",
  }).spawn();
  const probes: Probe[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      probes.push(...lines.map((line): Probe => JSON.parse(line)));
    }
  })();
  return {
    async lateSince(startedAt) {
      const now = Date.now();
      await eventually(
        "a later probe has come back",
        () => probes.some((probe) => probe.startedAt > now),
      );
      const during = probes.filter((probe) =>
        probe.startedAt + probe.durationMs >= startedAt && probe.startedAt <= now
      );
      // The machine is as slow as it is now, or as it was all the time, if that could be measured better.
      const workMs = Math.max(meanWork(during), meanWork(probes));
      const longestMs = Math.max(LONGEST_MS, LONGEST_WORKS * workMs);
      return during.filter((probe) => isLate(probe, longestMs));
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([child.status, reading]);
    },
  };
}

/** A service that was starved has more to catch up with than one that was not. */
const BACKLOG_SHARE = 0.1;

function isLate({ durationMs, starvedMs, failure }: Probe, longestMs: number): boolean {
  return failure !== null || durationMs - starvedMs > longestMs + starvedMs * BACKLOG_SHARE;
}

function meanWork(probes: readonly Probe[]): number {
  return probes.reduce((sum, { workMs }) => sum + workMs, 0) / Math.max(1, probes.length);
}
