import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import cassandra from "cassandra-driver";
import { withTestCassandra } from "../../../dev/cassandra/test_cluster.ts";
import "./driver_internals.ts";
import { traceOfError } from "./error_trace.ts";

let node: Awaited<ReturnType<typeof withTestCassandra>>;
let client: cassandra.Client;
before(async () => {
  node = await withTestCassandra();
  client = new cassandra.Client({
    contactPoints: [node.contactPoint],
    protocolOptions: { port: Number(node.contactPoint.split(":").at(-1)) },
    localDataCenter: node.localDatacenter,
  });
});
after(async () => {
  await client?.shutdown();
  await node?.close();
});

/** What a statement that Cassandra refuses fails with. */
function failure(options: { readonly traceQuery: boolean }): Promise<unknown> {
  return client.execute("SELECT nothing FROM system.local", [], options)
    .then(() => null, (error: unknown) => error);
}

describe("traceOfError()", () => {
  it("is the session of a statement that failed while it was traced", async () => {
    const error = await failure({ traceQuery: true });
    expect(error).toBeInstanceOf(cassandra.errors.ResponseError);
    expect(traceOfError(error)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("is null for one that was not traced, and for other errors", async () => {
    for (const error of [await failure({ traceQuery: false }), new Error("no"), "no", null]) {
      expect(traceOfError(error)).toBeNull();
    }
  });
});
