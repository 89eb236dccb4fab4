import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { eventually, promptly } from "../../../tests/support/eventually.ts";
import { freePort } from "../../../dev/ports.ts";
import {
  clusterSettings,
  connectToCluster,
} from "../../../tests/support/cassandra/cluster_client.ts";
import { EmptyCluster } from "../../../tests/support/cassandra/empty_cluster.ts";
import { type ClientSettings, connectClient, settingsIn } from "./connect_client.ts";
import { WriteTimes } from "../clock/write_times.ts";
import { AttemptBudget } from "../timing/attempt_budget.ts";

/** Nothing listens there. */
const SETTINGS: ClientSettings = {
  contactPoints: ["127.0.0.1:1"],
  localDatacenter: "dc1",
  keyspace: null,
  secureBundle: null,
  connectionsPerHost: 1,
  username: null,
  password: null,
  tlsCa: null,
  tlsCert: null,
  tlsKey: null,
  retryBudget: new AttemptBudget({ share: 0.1, burst: 1 }),
  observe: () => {},
  onSchemaChange: () => {},
};

/** The intervals of this process that have begun since and not ended. */
function watchIntervals(): { readonly running: ReadonlySet<unknown> } & Disposable {
  const { setInterval, clearInterval } = globalThis;
  const running = new Set<unknown>();
  globalThis.setInterval = ((callback: () => void, ms?: number) => {
    const id = setInterval(callback, ms);
    running.add(id);
    return id;
  }) as typeof globalThis.setInterval;
  globalThis.clearInterval = (id) => {
    running.delete(id);
    clearInterval(id);
  };
  return {
    running,
    [Symbol.dispose]: () => void Object.assign(globalThis, { setInterval, clearInterval }),
  };
}

describe("connectClient()", () => {
  it("leaves no timer behind where it fails to connect", async () => {
    using intervals = watchIntervals();
    const attempts = Array.from({ length: 3 }, () =>
      connectClient(SETTINGS, {
        writeTimes: new WriteTimes(Date.now),
        signal: new AbortController().signal,
      }));
    expect(intervals.running.size).toBe(3);
    const outcomes = await promptly("all have failed", Promise.allSettled(attempts));
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await eventually("no interval runs", () => intervals.running.size === 0);
  });
});

describe("settingsIn()", () => {
  const HOSTNAMES = ["127.0.3.1", "127.0.3.2", "127.0.3.3"] as const;
  const [LOCAL, DISTANT, MOVED] = HOSTNAMES;

  it("leads to another data centre, also once the addresses there have changed", async () => {
    await using cluster = new EmptyCluster(freePort(...HOSTNAMES));
    cluster.join({ hostname: LOCAL, datacenter: "dc1", token: 1n });
    cluster.join({ hostname: DISTANT, datacenter: "dc2", token: 2n });
    const options = { contactPoints: [LOCAL, MOVED], localDatacenter: "dc1" };
    await using home = await connectToCluster(cluster, options);
    await cluster.stop(LOCAL);
    const settings = settingsIn("dc2", clusterSettings(cluster, options), home.client);
    expect(settings.contactPoints).toEqual([cluster.contactPoint(DISTANT)]);
    await using away = await connectToCluster(cluster, settings);
    expect(away.states()).toContain(`${DISTANT} up`);

    await cluster.leave(DISTANT);
    cluster.join({ hostname: MOVED, datacenter: "dc2", token: 2n });
    await eventually("it has found it", () => away.states().includes(`${MOVED} up`));
  });

  it("leads to the configured contact points where no node is known", () => {
    const { contactPoints } = settingsIn("dc2", SETTINGS, undefined);
    expect(contactPoints).toEqual(SETTINGS.contactPoints);
  });
});
