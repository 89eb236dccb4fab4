import { expect } from "@std/expect";
import { after, afterEach, before, describe, it } from "@std/testing/bdd";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually, untilReady } from "../support/eventually.ts";
import { EXAMPLE, startTestService, type TestService } from "../support/harness.ts";
import { type ServiceProcess, spawnService } from "../support/programs.ts";

const QUERIES = `-- name: public_stations :many
-- All stations of any tenant.
-- @route GET /public/{tenant_id}/stations
-- @public
-- @page size=1000 max=1000
SELECT station_id, name FROM stations WHERE tenant_id = :tenant_id;
`;

const REQUESTS = 100;
const ROWS = 50;

function stationsOf(tenant: number): { station_id: string; name: string }[] {
  return Array.from({ length: ROWS }, (_, index) => ({
    station_id: `s${String(index).padStart(2, "0")}`,
    name: `Station ${index} of ${tenant}`,
  }));
}

describe("a service that is told to stop", () => {
  let own: OwnNode;
  /** The way of the processes to the node. */
  let proxy: SlowProxy;
  let service: TestService & AsyncDisposable;

  before(async () => {
    own = await startOwnNode();
    proxy = startSlowProxy(own.node.contactPoint);
    service = await startTestService({
      cqlDir: EXAMPLE,
      cql: { queries: QUERIES },
      env: {
        CASSANDRA_CONTACT_POINTS: own.node.contactPoint,
        // Nothing here is to end because Cassandra is slow.
        REQUEST_TIMEOUT_MS: "300000",
      },
    });
    // What it made is wanted, not itself.
    await service.close();
    const cql = "INSERT INTO stations (tenant_id, station_id, name) VALUES (?, ?, ?)";
    for (let tenant = 0; tenant < REQUESTS; tenant++) {
      await Promise.all(
        stationsOf(tenant).map(({ station_id, name }) =>
          service.client.execute(cql, [`t${tenant}`, station_id, name], { prepare: true })
        ),
      );
    }
  });
  afterEach(() => {
    proxy.holdsResults = false;
    own.thaw();
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  async function spawnReady(env: Record<string, string>): Promise<ServiceProcess> {
    const process = await spawnService({
      ...service.env,
      CASSANDRA_CONTACT_POINTS: proxy.contactPoint,
      ...env,
    });
    await untilReady(process.url);
    return process;
  }
  async function readiness({ url }: ServiceProcess): Promise<number> {
    const response = await fetch(`${url}/readyz`);
    await response.body?.cancel();
    return response.status;
  }
  async function request({ url }: ServiceProcess, tenant: number): Promise<unknown> {
    const response = await fetch(`${url}/public/t${tenant}/stations`);
    return { status: response.status, body: await response.json() };
  }
  async function inFlight({ adminUrl }: ServiceProcess, count: number): Promise<void> {
    await eventually(`${count} requests are in flight`, async () => {
      const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
      return metrics.includes(`\ncqlgate_http_requests_in_flight ${count}\n`);
    });
  }
  async function connections(): Promise<string[]> {
    const { rows } = await service.client.execute(
      "SELECT port, client_options FROM system_views.clients",
    );
    return rows.filter(({ client_options }) => client_options.APPLICATION_NAME === "cqlgate")
      .map(({ port }) => `${port}`);
  }
  /** The last connection of a frozen node may close a moment after the process has stopped to wait for it. */
  function lastStep({ log }: ServiceProcess): unknown {
    return log.findLast(({ step }) => step !== undefined)?.step;
  }
  async function refusesConnections({ url }: ServiceProcess): Promise<boolean> {
    const { hostname, port } = new URL(url);
    try {
      (await Deno.connect({ hostname, port: Number(port) })).close();
      return false;
    } catch (error) {
      return error instanceof Deno.errors.ConnectionRefused;
    }
  }

  it("answers all that it has accepted, and leaves nothing", async () => {
    await using process = await spawnReady({ DRAIN_DELAY_MS: "1500", SHUTDOWN_GRACE_MS: "300000" });
    expect(await connections()).not.toEqual([]);
    // A node that is silent is given up, however long requests may take.
    proxy.holdsResults = true;
    const answers = Array.from({ length: REQUESTS }, (_, tenant) => request(process, tenant));
    await inFlight(process, REQUESTS);

    process.kill("SIGTERM");
    await eventually("the load balancer is told", async () => await readiness(process) === 503);
    answers.push(request(process, 0));
    await inFlight(process, REQUESTS + 1);
    await eventually("nothing more is accepted", () => refusesConnections(process));

    proxy.holdsResults = false;
    for (const [index, answer] of (await Promise.all(answers)).entries()) {
      const items = stationsOf(index % REQUESTS);
      expect(answer).toEqual({ status: 200, body: { items, next_cursor: null } });
    }
    expect((await process.status).code).toBe(0);
    expect(lastStep(process)).toBe("done");
    await eventually(
      "Cassandra has no connection of it",
      async () => (await connections()).length === 0,
    );
  });

  it("breaks off what takes longer than the grace", async () => {
    await using process = await spawnReady({ SHUTDOWN_GRACE_MS: "200" });
    await own.freeze();
    const answer = request(process, 0);
    expect(await Promise.race([inFlight(process, 1), answer])).toBe(undefined);
    process.kill("SIGTERM");
    expect(await answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect((await process.status).code).toBe(0);
    expect(lastStep(process)).toBe("done");
  });

  it("takes two signals at once for one, as a terminal and `deno task` send them", async () => {
    await using process = await spawnReady({});
    await own.freeze();
    const answer = request(process, 0);
    expect(await Promise.race([inFlight(process, 1), answer])).toBe(undefined);
    process.kill("SIGINT");
    process.kill("SIGTERM");
    await eventually("nothing more is accepted", () => refusesConnections(process));
    await own.thaw();
    expect(await answer).toMatchObject({ status: 200 });
    expect((await process.status).code).toBe(0);
    expect(lastStep(process)).toBe("done");
  });

  it("stops at once when it is told again", async () => {
    await using process = await spawnReady({ DRAIN_DELAY_MS: "600000" });
    process.kill("SIGINT");
    await eventually("it has heard", async () => await readiness(process) === 503);
    let hasEnded = false;
    const ended = process.status.finally(() => hasEnded = true);
    await eventually("it ends", () => {
      if (!hasEnded) process.kill("SIGTERM");
      return hasEnded;
    });
    expect((await ended).code).toBe(130);
  });
});
