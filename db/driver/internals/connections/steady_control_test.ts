/**
 * Holds `steady_control.ts` against a real node, whose connection is lost at the worst of times.
 *
 * @module
 */
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import {
  createTestKeyspace,
  type TestKeyspace,
} from "../../../../tests/support/cassandra/keyspace.ts";
import { startSlowProxy } from "../../../../tests/support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../../../../tests/support/eventually.ts";
import { keepHosts } from "./kept_hosts.ts";
import { type RefreshedControl, steadyControl } from "./steady_control.ts";

interface OpenControl extends RefreshedControl {
  readonly connection: { readonly netClient: { destroy(): void } } | null;
  readonly host: unknown;
  _refreshHosts(...options: unknown[]): Promise<void>;
}

const ROUNDS = 10;

function clientOf(
  { contactPoint, localDatacenter }: Pick<TestKeyspace, "contactPoint" | "localDatacenter">,
): cassandra.Client {
  return new cassandra.Client({
    contactPoints: [contactPoint],
    localDataCenter: localDatacenter,
    policies: {
      reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(10),
    },
  });
}

describe("steadyControl()", () => {
  let keyspace: TestKeyspace;
  before(async () => {
    keyspace = await createTestKeyspace([]);
  });
  after(() => keyspace?.[Symbol.asyncDispose]());

  it("sets it up once more for a caller who asks as soon as an attempt has ended", async () => {
    const client = clientOf(keyspace);
    await client.connect();
    const { controlConnection: control } = client as unknown as { controlConnection: OpenControl };
    const refresh = control._refresh;
    const attempts: Promise<void>[] = [];
    const asked = Promise.withResolvers<void>();
    control._refresh = () => {
      const attempt = refresh.call(control);
      attempts.push(attempt);
      // Hears of the end of the first one right after what waits for it inside.
      if (attempts.length === 1) {
        queueMicrotask(() => attempt.then(() => asked.resolve(control._refresh())));
      }
      return attempt;
    };
    steadyControl(client, () => {});
    try {
      await promptly("both are over", Promise.all([control._refresh(), asked.promise]));
      expect(attempts).toHaveLength(2);
    } finally {
      await client.shutdown();
    }
  });

  it("sets the connection up again, however often it is lost meanwhile", async () => {
    const client = clientOf(keyspace);
    steadyControl(client, () => {});
    await client.connect();
    const { controlConnection: control } = client as unknown as { controlConnection: OpenControl };
    const unhandled: unknown[] = [];
    const onUnhandled = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", onUnhandled);
    const refreshHosts = control._refreshHosts;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const lost = Promise.withResolvers<void>();
        // It has the peers, and is about to register for events.
        control._refreshHosts = async function (...options) {
          await refreshHosts.apply(this, options);
          // A second reason to set it up comes now.
          void control._refresh();
          control.connection?.netClient.destroy();
          lost.resolve();
        };
        control.connection!.netClient.destroy();
        await promptly("it is set up while the connection is lost again", lost.promise);
        control._refreshHosts = refreshHosts;
        await eventually(
          "it is there again",
          () => control.connection !== null && control.host !== null,
        );
      }
      await eventually("it answers", async () => {
        const { rows } = await client.execute("SELECT key FROM system.local");
        return rows.length === 1;
      });
      expect(unhandled).toEqual([]);
    } finally {
      control._refreshHosts = refreshHosts;
      globalThis.removeEventListener("unhandledrejection", onUnhandled);
      await client.shutdown();
    }
  });

  it("keeps no connection that is set up while the client is shut down", async () => {
    await using proxy = startSlowProxy(keyspace.contactPoint);
    const { localDatacenter } = keyspace;
    const client = clientOf({ contactPoint: proxy.contactPoint, localDatacenter });
    keepHosts(client);
    steadyControl(client, () => {});
    await client.connect();
    const { controlConnection: control } = client as unknown as { controlConnection: OpenControl };
    const refreshHosts = control._refreshHosts;
    const isOver = Promise.withResolvers<void>();
    control._refreshHosts = async function (...options) {
      await refreshHosts.apply(this, options);
      control._refreshHosts = refreshHosts;
      await client.shutdown();
      isOver.resolve();
    };
    control.connection!.netClient.destroy();
    await promptly("it is shut down while the connection is set up", isOver.promise);
    await eventually("nothing is open", () => proxy.connections === 0);
  });
});
