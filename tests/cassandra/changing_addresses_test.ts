/**
 * A cluster whose addresses change, as they do where each node is a pod: the service knows it by a name.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type Service, start } from "../../composition/service.ts";
import { readConfig } from "../../config/config.ts";
import { freePort } from "../../dev/ports.ts";
import type { HostState } from "../../observe/observation.ts";
import { type SlowProxy, startSlowProxy } from "../support/cassandra/slow_proxy.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnService, startOwnService } from "../support/own_service.ts";
import { type NameServer, startNameServer } from "./name_server.ts";

const CQL = {
  migration: "CREATE TABLE notes (id int PRIMARY KEY, body text);",
  queries: `-- name: get_note :one
-- @route GET /notes/{id}
-- @public
SELECT id, body FROM notes WHERE id = :id;
`,
};
const NAME = "cassandra.test";
const FIRST = "127.0.2.1";
const SECOND = "127.0.2.2";
const NOBODY = "127.0.2.9";

describe("a service that knows Cassandra by a name", () => {
  const stack = new AsyncDisposableStack();
  let server: NameServer;
  let direct: OwnService;
  let service: Service;
  /** Listens at the address that the name has at first. */
  const first = new AsyncDisposableStack();
  const port = freePort(FIRST, SECOND, NOBODY);
  const reasons: string[] = [];
  let hosts: readonly HostState[] = [];

  before(async () => {
    server = stack.use(await startNameServer());
    direct = stack.use(await startOwnService(CQL));
    await direct.client.execute("INSERT INTO notes (id, body) VALUES (1, 'a')");
    stack.use(first).use(startProxy(FIRST));
  });
  after(() => stack.disposeAsync());

  function startProxy(hostname: string): SlowProxy {
    return startSlowProxy(direct.config.contactPoints[0]!, { hostname, port });
  }

  function startOn(contactPoints: string): Promise<Service> {
    const env = { ...direct.env, CASSANDRA_CONTACT_POINTS: contactPoints };
    return start(readConfig(env), {
      observe(observation) {
        if (observation.kind !== "connection") return;
        hosts = observation.hosts;
        if (observation.reason !== null) reasons.push(observation.reason);
      },
    });
  }

  const statusOf = async (path: string) => {
    const response = await fetch(service.url + path);
    await response.body?.cancel();
    return response.status;
  };

  it("says that the name has no address, and is ready as soon as it has", async () => {
    service = await startOn(`${NAME}:${port}`);
    stack.defer(() => service.close());
    await eventually(
      "it says why",
      () => reasons.includes("No host could be resolved: correct CASSANDRA_CONTACT_POINTS"),
    );
    expect(await statusOf("/readyz")).toBe(503);
    server.names.set(NAME, [FIRST]);
    await eventually("it is ready", async () => await statusOf("/readyz") === 200);
    expect(await statusOf("/notes/1")).toBe(200);
  });

  it("follows the name when all addresses have changed", async () => {
    expect(hosts.map(({ address }) => address)).toEqual([`${FIRST}:${port}`]);
    stack.use(startProxy(SECOND));
    server.names.set(NAME, [SECOND]);
    await first.disposeAsync();
    await eventually("it serves again", async () => await statusOf("/notes/1") === 200);
    await eventually("it is ready", async () => await statusOf("/readyz") === 200);
    await eventually(
      "the old address is forgotten",
      () =>
        `${hosts.map(({ address, isUp }) => `${address} ${isUp}`)}` === `${SECOND}:${port} true`,
    );
  });

  it("is ready at once where some of the contact points are down", async () => {
    const other = await startOn(`${NOBODY}:${port},${SECOND}:${port}`);
    stack.defer(() => other.close());
    await other.ready;
    expect((await fetch(`${other.url}/notes/1`)).status).toBe(200);
  });
});
