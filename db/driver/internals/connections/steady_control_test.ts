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
import { eventually, promptly } from "../../../../tests/support/eventually.ts";
import { type RefreshedControl, steadyControl } from "./steady_control.ts";

interface OpenControl extends RefreshedControl {
  readonly connection: { readonly netClient: { destroy(): void } } | null;
  readonly host: unknown;
  _refreshHosts(...options: unknown[]): Promise<void>;
}

const ROUNDS = 10;

describe("steadyControl()", () => {
  let keyspace: TestKeyspace;
  before(async () => {
    keyspace = await createTestKeyspace([]);
  });
  after(() => keyspace?.[Symbol.asyncDispose]());

  it("sets it up once more for who asks as soon as an attempt has ended", async () => {
    const ended = Promise.withResolvers<void>();
    let attempts = 0;
    const control = {
      _isShuttingDown: false,
      _refresh() {
        attempts++;
        return attempts === 1 ? ended.promise : Promise.resolve();
      },
    };
    steadyControl({ controlConnection: control } as unknown as cassandra.Client, () => {});
    const refreshed = control._refresh();
    // It hears of the end right after what waits for it inside.
    const asked = ended.promise.then(() => control._refresh());
    ended.resolve();
    await promptly("both are over", Promise.all([refreshed, asked]));
    expect(attempts).toBe(2);
  });

  it("sets the connection up again, however often it is lost meanwhile", async () => {
    const { contactPoint, localDatacenter } = keyspace;
    const client = new cassandra.Client({
      contactPoints: [contactPoint],
      localDataCenter: localDatacenter,
      policies: {
        reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(10),
      },
    });
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
});
