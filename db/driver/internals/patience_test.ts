import { expect } from "@std/expect";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { freePort } from "../../../dev/ports.ts";
import { Alarms } from "../../../runtime/alarms.ts";
import {
  type ClusterClient,
  connectToCluster,
} from "../../../tests/support/cassandra/cluster_client.ts";
import { EmptyCluster } from "../../../tests/support/cassandra/empty_cluster.ts";
import { unprepared } from "../../../tests/support/cassandra/node_errors.ts";
import { promptly } from "../../../tests/support/eventually.ts";
import { executeStatement, prepareStatement } from "../statements/statement.ts";
import { Deadline } from "../timing/deadline.ts";

const FIRST = "127.0.3.1";
const SECOND = "127.0.3.2";
const LONG_MS = 600_000;

describe("a node that does not answer when it is to prepare a statement", () => {
  let stack: AsyncDisposableStack;
  let cluster: EmptyCluster;
  let connected: ClusterClient;
  let release: () => void;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    cluster = stack.use(new EmptyCluster(freePort(FIRST, SECOND)));
    for (const [index, hostname] of [FIRST, SECOND].entries()) {
      cluster.join({ hostname, datacenter: "dc1", token: BigInt(index) });
    }
    const contactPoints = [FIRST, SECOND];
    connected = stack.use(
      await connectToCluster(cluster, { contactPoints, localDatacenter: "dc1" }),
    );
    // The driver's own limit.
    const { options } = connected.client as unknown as {
      options: { socketOptions: { readTimeout: number } };
    };
    options.socketOptions.readTimeout = LONG_MS;
    const released = Promise.withResolvers<void>();
    release = released.resolve;
    const forgetful = new Set([FIRST, SECOND]);
    cluster.onStatement = ({ kind, hostname }) => {
      if (kind === "prepare") {
        if (hostname === FIRST) return released.promise;
        forgetful.delete(hostname);
      }
      return kind === "execute" && forgetful.has(hostname) ? unprepared() : null;
    };
  });
  afterEach(async () => {
    release();
    await stack.disposeAsync();
  });

  it("is passed over, whichever node comes first", async () => {
    const { client } = connected;
    for (let round = 0; round < 2; round++) {
      await promptly("it is prepared", prepareStatement(client, "SELECT a FROM t"));
    }
  });

  it("is waited for where there is no other", async () => {
    const { client } = connected;
    const down = new Promise((resolve) => client.once("hostDown", resolve));
    await cluster.stop(SECOND);
    await promptly("the other is down", down);
    const preparing = prepareStatement(client, "SELECT a FROM t");
    // Longer than it would be waited for otherwise.
    setTimeout(release, 2_000);
    expect(await promptly("it is prepared", preparing)).toMatchObject({ cql: "SELECT a FROM t" });
  });

  it("is passed over where it has forgotten the statement", async () => {
    const { client } = connected;
    const statement = await promptly("it is prepared", prepareStatement(client, "SELECT a FROM t"));
    for (let round = 0; round < 2; round++) {
      const { coordinator } = await promptly(
        "it is run",
        run(client, statement),
      );
      expect(coordinator).toBe(cluster.contactPoint(SECOND));
    }
  });

  it("is not counted as one before itself where it has forgotten the statement", async () => {
    const { client } = connected;
    const statement = await promptly("it is prepared", prepareStatement(client, "SELECT a FROM t"));
    release();
    let slow: string | null = null;
    cluster.onStatement = ({ kind, hostname }) => {
      if (kind === "execute") slow ??= hostname;
      return kind === "execute" ? unprepared() : hostname === slow ? "silence" : null;
    };
    const failure = await promptly(
      "all have failed",
      run(client, statement).catch((error) => error),
    );
    expect(failure.innerErrors[cluster.contactPoint(slow!)].message).toMatch(/within 1000 ms$/);
  });
});

function run(client: cassandra.Client, statement: Awaited<ReturnType<typeof prepareStatement>>) {
  return executeStatement(client, statement, [], {
    consistency: cassandra.types.consistencies.localOne,
    serialConsistency: null,
    fetchSize: 0,
    pagingState: undefined,
    isIdempotent: true,
    deadline: new Deadline(performance.now() + LONG_MS, new Alarms()),
  });
}
