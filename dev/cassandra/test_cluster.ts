/**
 * The Cassandra that integration tests run on: the one that `deno task test` started for all of
 * them, or, where a test file is run by itself, one of its own.
 *
 * @module
 */
import { freePortForLater } from "../ports.ts";
import { startCassandra } from "./cassandra.ts";

/** `host:port` of a Cassandra whose data centre is `dc1`. */
export const TEST_CONTACT_POINTS = "TEST_CASSANDRA_CONTACT_POINTS";

/** A Cassandra to run tests on. */
export interface TestCassandra {
  readonly contactPoint: string;
  readonly localDatacenter: string;
  /** Stops the node and removes its data, if it was started for this caller. */
  close(): Promise<void>;
}

/** Gives the Cassandra that the environment names, or starts one in a temporary folder. */
export async function withTestCassandra(): Promise<TestCassandra> {
  const contactPoint = Deno.env.get(TEST_CONTACT_POINTS);
  if (contactPoint) {
    return { contactPoint, localDatacenter: "dc1", close: () => Promise.resolve() };
  }
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  try {
    const node = await startCassandra({
      directory,
      nativePort: freePortForLater(),
      // Enough for the keyspaces of all test files, one after another, and for what is left of earlier ones.
      heapMb: 1024,
      isDisposable: true,
      log: () => {},
    });
    return {
      contactPoint: node.contactPoint,
      localDatacenter: node.localDatacenter,
      async close() {
        // Nothing of it is kept, so there is nothing to flush.
        await node.kill();
        await Deno.remove(directory, { recursive: true });
      },
    };
  } catch (error) {
    await Deno.remove(directory, { recursive: true });
    throw error;
  }
}
