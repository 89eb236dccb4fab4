/**
 * Holds `failed_connect.ts` against a real node that is left before a client is connected to it.
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
import { type SlowProxy, startSlowProxy } from "../../../../tests/support/cassandra/slow_proxy.ts";
import { eventually, promptly } from "../../../../tests/support/eventually.ts";
import { closeFailedSetups, endUnconnected } from "./failed_connect.ts";
import { keepHosts } from "./kept_hosts.ts";
import { steadyControl } from "./steady_control.ts";

interface OpenControl {
  readonly connection: { readonly netClient: { destroy(): void } };
  init(): Promise<void>;
  once(event: "newConnection", listener: () => void): void;
  _refresh(): Promise<void>;
}

function clientOf(
  { contactPoint }: SlowProxy,
  localDataCenter: string,
  options: Partial<cassandra.ClientOptions>,
): cassandra.Client {
  return new cassandra.Client({
    contactPoints: [contactPoint],
    localDataCenter,
    policies: {
      reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(10),
    },
    ...options,
  });
}

describe("a client that cannot connect", () => {
  let keyspace: TestKeyspace;
  before(async () => {
    keyspace = await createTestKeyspace([]);
  });
  after(() => keyspace?.[Symbol.asyncDispose]());

  it("closes the connection that could not be set up", async () => {
    await using proxy = startSlowProxy(keyspace.contactPoint);
    proxy.holdsResults = true;
    const client = clientOf(proxy, keyspace.localDatacenter, {
      socketOptions: { readTimeout: 500 },
    });
    closeFailedSetups(client);
    await expect(promptly("it gives up", client.connect())).rejects.toThrow();
    endUnconnected(client);
    await eventually("nothing is open", () => proxy.connections === 0);
  });

  it("keeps no control connection that comes back after it has failed", async () => {
    await using proxy = startSlowProxy(keyspace.contactPoint);
    const client = clientOf(proxy, keyspace.localDatacenter, { keyspace: keyspace.name });
    const { controlConnection: control } = client as unknown as { controlConnection: OpenControl };
    closeFailedSetups(client);
    keepHosts(client);
    steadyControl(client, () => {});
    const { init } = control;
    // It is lost before the client has its keyspace, and is on its way back when the client gives up.
    control.init = async () => {
      await init.call(control);
      const isBack = Promise.withResolvers<void>();
      const refresh = control._refresh;
      control._refresh = () => {
        isBack.resolve();
        return refresh.call(control);
      };
      control.connection.netClient.destroy();
      await promptly("it is being set up again", isBack.promise);
    };
    await expect(promptly("it gives up", client.connect())).rejects.toThrow();
    endUnconnected(client);
    await promptly("what was under way has ended", control._refresh());
    await eventually("nothing is open", () => proxy.connections === 0);
  });
});
