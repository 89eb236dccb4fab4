import cassandra from "cassandra-driver";
import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { type TestCassandra, withTestCassandra } from "../../../../dev/cassandra/test_cluster.ts";
import { eventually } from "../../../../tests/support/eventually.ts";
import "../driver_internals.ts";

const IDLE_MS = 400;

describe("shareIdleTimer()", () => {
  let node: TestCassandra;
  let client: cassandra.Client;
  /** When the only connection was found idle, in the time of `performance.now()`. */
  const asked: number[] = [];

  before(async () => {
    node = await withTestCassandra();
    client = new cassandra.Client({
      contactPoints: [node.contactPoint],
      localDataCenter: "dc1",
      pooling: { heartBeatInterval: IDLE_MS },
    });
    await client.connect();
    await use();
    client.on("log", (_level, _source, message) => {
      if (message.includes("idling")) asked.push(performance.now());
    });
  });
  after(async () => {
    await client.shutdown();
    await node.close();
  });

  const use = () => client.execute("SELECT key FROM system.local");

  it("asks an idle connection again and again", async () => {
    const usedAt = performance.now();
    await use();
    asked.length = 0;
    await eventually("two questions", () => asked.length >= 2);
    expect(asked[0]! - usedAt).toBeGreaterThan(IDLE_MS * 0.9);
    expect(asked[1]! - asked[0]!).toBeGreaterThan(IDLE_MS * 0.9);
  });

  it("asks nothing while the connection is used, and again afterwards", async () => {
    let usedAt = performance.now();
    let longestPauseMs = 0;
    await use();
    asked.length = 0;
    for (const endsAt = usedAt + 3 * IDLE_MS; performance.now() < endsAt;) {
      const usesAt = performance.now();
      await use();
      longestPauseMs = Math.max(longestPauseMs, performance.now() - usedAt);
      usedAt = usesAt;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // A machine that stood still makes it idle in truth.
    if (longestPauseMs < IDLE_MS / 2) expect(asked).toEqual([]);
    usedAt = performance.now();
    await use();
    asked.length = 0;
    await eventually("a question", () => asked.length >= 1);
    expect(asked[0]! - usedAt).toBeGreaterThan(IDLE_MS * 0.9);
  });
});
