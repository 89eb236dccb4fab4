/**
 * Holds `speculative_execution.ts` against a real node that takes long to change the keyspace.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { setTimeout } from "node:timers/promises";
import { Alarms } from "../../../runtime/alarms.ts";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../tests/support/cassandra/keyspace.ts";
import { startSlowProxy } from "../../../tests/support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../../../tests/support/eventually.ts";
import { executeStatement, prepareStatement } from "../statements/statement.ts";
import { AttemptBudget } from "../timing/attempt_budget.ts";
import { Deadline } from "../timing/deadline.ts";

/** Plans with the only node twice, in place of two nodes. */
class TwicePolicy extends cassandra.policies.loadBalancing.RoundRobinPolicy {
  override newQueryPlan(
    ...[keyspace, options, callback]: Parameters<
      cassandra.policies.loadBalancing.RoundRobinPolicy["newQueryPlan"]
    >
  ): void {
    super.newQueryPlan(keyspace, options, (error, plan) => {
      const hosts = [...Iterator.from(plan as unknown as Iterator<cassandra.Host>)];
      callback(error, [...hosts, ...hosts].values());
    });
  }
}

interface PooledHost {
  readonly pool: { readonly connections: { keyspace: string | null; getInFlight(): number }[] };
}

describe("sendWith()", () => {
  let keyspace: TestKeyspace;
  before(async () => {
    keyspace = await createTestKeyspace([
      "CREATE TABLE words (id int PRIMARY KEY, word text)",
      "INSERT INTO words (id, word) VALUES (1, 'a')",
    ]);
  });
  after(() => keyspace?.[Symbol.asyncDispose]());

  it("begins no second attempt before the first is sent", async () => {
    await using proxy = startSlowProxy(keyspace.contactPoint);
    const client = new cassandra.Client({
      contactPoints: [proxy.contactPoint],
      localDataCenter: keyspace.localDatacenter,
      keyspace: keyspace.name,
      policies: { loadBalancing: new TwicePolicy() },
    });
    const unhandled: unknown[] = [];
    const onUnhandled = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", onUnhandled);
    try {
      await client.connect();
      const statement = await prepareStatement(client, "SELECT word FROM words WHERE id = 1");
      const [host] = client.hosts.values() as unknown as [PooledHost];
      // As on a connection that was opened a moment ago.
      for (const connection of host.pool.connections) connection.keyspace = null;
      proxy.holdsResults = true;
      const budget = new AttemptBudget({ share: 0.1, burst: 1 });
      let ends = 0;
      const answered = executeStatement(client, statement, [], {
        consistency: cassandra.types.consistencies.localOne,
        serialConsistency: null,
        fetchSize: 100,
        pagingState: undefined,
        isIdempotent: true,
        deadline: new Deadline(performance.now() + 60_000, new Alarms()),
        speculation: { afterMs: 1, budget, onEnd: () => ends++ },
      });
      await eventually(
        "the connection changes to the keyspace",
        () => host.pool.connections.some((connection) => connection.getInFlight() > 0),
      );
      // A timer that ends later ends after the one of the second attempt, however slow the machine is.
      await setTimeout(20);
      proxy.holdsResults = false;
      expect((await promptly("it is answered", answered)).rows.length).toBe(1);
      expect([budget.taken, ends, proxy.executes]).toEqual([0, 0, 1]);
      expect(unhandled).toEqual([]);
    } finally {
      globalThis.removeEventListener("unhandledrejection", onUnhandled);
      await client.shutdown();
    }
  });
});
