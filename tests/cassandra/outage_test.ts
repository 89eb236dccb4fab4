import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { readConfig } from "../../config/config.ts";
import { start } from "../../composition/service.ts";
import { freePortForLater } from "../../dev/ports.ts";
import { eventually, promptly, untilReady } from "../support/eventually.ts";
import { EXAMPLE, problemOf, startTestService, type TestService } from "../support/harness.ts";
import { type OwnNode, startOwnNode } from "../support/cassandra/own_node.ts";
import { scrape } from "../support/telemetry/metrics_text.ts";

// So long that whatever comes promptly did not wait for it.
const REQUEST_TIMEOUT_MS = 600_000;

describe("a service whose Cassandra goes away", () => {
  let own: OwnNode;
  let service: TestService & AsyncDisposable;

  before(async () => {
    own = await startOwnNode({ isRestarted: true });
    service = await startTestService({
      cqlDir: EXAMPLE,
      env: {
        CASSANDRA_CONTACT_POINTS: own.node.contactPoint,
        REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`,
      },
    });
  });
  after(async () => {
    // It drops the keyspace, for which its client has to be back.
    await eventually(
      "the plain client is back",
      async () => (await service.client.execute("SELECT key FROM system.local")).rows.length === 1,
    );
    await service[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  const create = (station_id: string) =>
    service.request("/stations", { method: "POST", json: { station_id, name: "S" } });

  async function statusOf(path: string, url = service.url): Promise<number> {
    const response = await fetch(`${url}${path}`);
    await response.body?.cancel();
    return response.status;
  }
  async function metric(name: string): Promise<number | undefined> {
    return (await scrape(service.adminUrl)).value(name);
  }
  /** The answer, which comes long before the request timeout. */
  const prompt = (answer: Promise<Response>) => promptly("it is answered", answer);

  it("says so at once, stays alive, and recovers by itself", async () => {
    expect((await create("before")).status).toBe(201);
    expect(await metric("cqlgate_cassandra_up")).toBe(1);

    await own.node.kill();
    // From the first request on, noticed or not.
    do {
      const problem = await problemOf(await prompt(service.request("/stations/before")));
      expect(problem.code).toBe("unavailable");
    } while (await statusOf("/readyz") !== 503);
    const { code, detail } = await problemOf(await fetch(`${service.url}/readyz`));
    expect([code, detail]).toEqual([
      "not_ready",
      "The service is not ready: Cassandra cannot be reached",
    ]);
    const write = await prompt(create("during"));
    expect(write.headers.get("retry-after")).toBe("1");
    const refused = await problemOf(write);
    expect(refused.code).toBe("unavailable");
    expect(refused.detail).toContain("nothing was sent");
    expect(await statusOf("/livez")).toBe(200);
    expect(await metric("cqlgate_cassandra_up")).toBe(0);
    expect(await metric("cqlgate_ready")).toBe(0);

    await own.node.restart();
    await untilReady(service.url);
    // What came before may be lost: the node had no time to sync its commit log.
    expect((await create("after")).status).toBe(201);
    const found = await service.request("/stations/after");
    expect(await found.json()).toMatchObject({ name: "S", station_id: "after" });
    expect(await metric("cqlgate_cassandra_up")).toBe(1);
    expect(await metric("cqlgate_ready")).toBe(1);
  });

  it("does not wait for a node that is frozen longer than the request timeout", async () => {
    const impatient = await start(readConfig({ ...service.env, REQUEST_TIMEOUT_MS: "1000" }));
    try {
      await impatient.ready;
      const token = await service.token("writer");
      const get = () =>
        fetch(`${impatient.url}/stations`, { headers: { authorization: `Bearer ${token}` } });
      const isServed = async () => {
        const response = await get();
        await response.body?.cancel();
        return response.status === 200;
      };
      // Fetches the issuer's keys, too.
      await eventually("it answers", isServed);
      await own.freeze();
      const { code } = await problemOf(await prompt(get()));
      expect(["timeout", "unavailable"]).toContain(code);
      own.thaw();
      await eventually("it answers again", isServed);
    } finally {
      own.thaw();
      await impatient.close();
    }
  });

  it("listens while Cassandra is unreachable, and becomes ready when it comes", async () => {
    await own.node.kill();
    const early = await start(readConfig(service.env));
    try {
      expect(await statusOf("/livez", early.url)).toBe(200);
      for (const path of ["/readyz", "/stations", "/openapi.json", "/no/such/path"]) {
        const response = await fetch(`${early.url}${path}`);
        expect(response.headers.get("retry-after")).toBe("1");
        const { code, detail } = await problemOf(response);
        expect([code, detail]).toEqual([
          "not_ready",
          "The service is not ready: Cassandra cannot be reached yet",
        ]);
      }
      await own.node.start();
      await early.ready;
      expect(await statusOf("/readyz", early.url)).toBe(200);
      expect(await statusOf("/stations", early.url)).toBe(401);
    } finally {
      await early.close();
    }
  });

  it("tries to connect at least every half a second or so, however long it has", async () => {
    const pauses: number[] = [];
    const early = await start(
      readConfig({ ...service.env, CASSANDRA_CONTACT_POINTS: `127.0.0.1:${freePortForLater()}` }),
      {
        observe(observation) {
          if (observation.kind === "connection" && observation.retryInMs !== null) {
            pauses.push(observation.retryInMs);
          }
        },
      },
    );
    try {
      await eventually("it has tried a dozen times", () => pauses.length >= 12);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(500);
    } finally {
      await early.close();
    }
  });

  it("closes at once while it connects to what never answers", async () => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const connections: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const connection of silent) connections.push(connection);
    })();
    const waiting = await start(readConfig({
      ...service.env,
      CASSANDRA_CONTACT_POINTS: `127.0.0.1:${(silent.addr as Deno.NetAddr).port}`,
    }));
    await eventually("it tries to connect", () => connections.length > 0);
    await promptly("it is closed", waiting.close());
    silent.close();
    for (const connection of connections) connection.close();
    await accepting;
  });
});
