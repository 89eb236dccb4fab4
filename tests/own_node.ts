/**
 * A Cassandra that a test may stop, freeze and kill, which the one that all tests share may not be.
 *
 * @module
 */
import { type LocalCassandra, startCassandra } from "../dev/cassandra.ts";
import { freePort } from "../dev/ports.ts";

export interface OwnNode extends AsyncDisposable {
  readonly node: LocalCassandra;
  /** Stops it from answering: requests wait, connections stay. */
  freeze(): void;
  /** Lets it go on from where it was. */
  thaw(): void;
}

export async function startOwnNode(): Promise<OwnNode> {
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const node = await startCassandra({ directory, nativePort: freePort(), log: () => {} });
  return {
    node,
    freeze: () => Deno.kill(node.pid, "SIGSTOP"),
    thaw: () => Deno.kill(node.pid, "SIGCONT"),
    async [Symbol.asyncDispose]() {
      await node.kill();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
