/**
 * A Cassandra that a test may stop, freeze and kill, which the one that all tests share may not be.
 *
 * @module
 */
import { type LocalCassandra, startCassandra } from "../../../dev/cassandra/cassandra.ts";
import { freePortForLater } from "../../../dev/ports.ts";

export interface OwnNode extends AsyncDisposable {
  readonly node: LocalCassandra;
  /** Stops it from answering: requests wait, connections stay. Resolves when it does not any more. */
  freeze(): Promise<void>;
  /** Lets it go on from where it was. */
  thaw(): void;
}

export interface OwnNodeOptions {
  /** Entries of `cassandra.yaml`. */
  readonly yaml?: Readonly<Record<string, unknown>>;
  /** Whether the test starts it again, and finds its keyspaces there. Default: false. */
  readonly isRestarted?: boolean;
}

export async function startOwnNode(
  { yaml = {}, isRestarted = false }: OwnNodeOptions = {},
): Promise<OwnNode> {
  const directory = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  const node = await startCassandra({
    directory,
    nativePort: freePortForLater(),
    isShortLived: true,
    isDisposable: !isRestarted,
    yaml,
    log: () => {},
  });
  return {
    node,
    freeze: () => node.freeze(),
    thaw: () => node.thaw(),
    async [Symbol.asyncDispose]() {
      await node.kill();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
