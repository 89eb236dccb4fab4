/**
 * A way to Cassandra that can become slow, or silent: what the node answers waits as long as a test says.
 *
 * @module
 */
import { openBlackHole } from "./black_hole.ts";
import { FrameSplitter } from "./frame_splitter.ts";

export interface SlowProxy extends AsyncDisposable {
  /** As `CASSANDRA_CONTACT_POINTS` takes it. */
  readonly contactPoint: string;
  /**
   * How long each piece of an answer is under way, in milliseconds, whatever came before it; `Infinity` for a node that
   * is frozen.
   */
  delayMs: number;
  /** Whether results wait while the node answers all else, heartbeats among it: it is slow, and not silent. */
  holdsResults: boolean;
  /** The prepared statements that clients have sent so far, and not what keeps their connections. */
  readonly executes: number;
  /** How many clients are connected. */
  readonly connections: number;
  /** Ends every connection, as a node that crashes does. New ones are taken. */
  breakConnections(): void;
  /**
   * Loses everything from now on, as a network does that drops packets: connections stay and hear nothing, and
   * no other is made or refused. Resolves once it does.
   */
  swallow(): Promise<void>;
  /** Lets through what was lost, and takes connections again. */
  restore(): void;
}

/** CQL binary protocol v4, section 2.4. */
const RESULT = 0x08;
const EXECUTE = 0x0a;
/** How many pieces of answers of one connection are under way at once. */
const MAX_UNDERWAY = 1_000;

/** A piece of an answer, and when the node sent it. */
interface Arrival {
  readonly chunk: Uint8Array<ArrayBuffer>;
  readonly at: number;
}

/** @param address where it listens; default: a free port of 127.0.0.1 */
export function startSlowProxy(
  contactPoint: string,
  address: { readonly hostname: string; readonly port: number } = {
    hostname: "127.0.0.1",
    port: 0,
  },
): SlowProxy {
  const [hostname, port] = contactPoint.split(":") as [string, string | undefined];
  let listener = Deno.listen(address);
  const place = { hostname: address.hostname, port: listener.addr.port };
  let hole: Disposable | null = null;
  const connections = new Set<Deno.TcpConn>();
  const state = { delayMs: 0, executes: 0, holdsResults: false };
  /** Each passes on what one connection holds. */
  const releases = new Set<() => void>();

  async function forward(client: Deno.TcpConn): Promise<void> {
    const node = await Deno.connect({ hostname, port: Number(port ?? 9042) });
    for (const connection of [client, node]) connections.add(connection);
    const frames = new FrameSplitter();
    const requests = client.readable.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          for (const { opcode, first } of frames.split(chunk)) {
            if (first && opcode === EXECUTE) state.executes++;
          }
          controller.enqueue(chunk);
        },
      }),
    ).pipeTo(node.writable);
    const answers = node.readable.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Arrival>(
        {
          transform: (chunk, controller) => controller.enqueue({ chunk, at: performance.now() }),
        },
        undefined,
        { highWaterMark: MAX_UNDERWAY },
      ),
    ).pipeThrough(
      new TransformStream<Arrival, Uint8Array<ArrayBuffer>>({
        async transform({ chunk, at }, controller) {
          // It looks again now and then: a node that was frozen may thaw.
          while (performance.now() < at + state.delayMs) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          controller.enqueue(chunk);
        },
      }),
    ).pipeThrough(resultHolder()).pipeTo(client.writable);
    await Promise.allSettled([requests, answers]);
    for (const connection of [client, node]) connections.delete(connection);
  }

  /** Passes bytes on as they come, but for those of results that are to be held. */
  function resultHolder(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    const held: Uint8Array<ArrayBuffer>[] = [];
    const frames = new FrameSplitter();
    let release = () => {};
    return new TransformStream({
      start(controller) {
        release = () => {
          for (const piece of held.splice(0)) controller.enqueue(piece);
        };
        releases.add(release);
      },
      transform(chunk, controller) {
        for (const { opcode, bytes } of frames.split(chunk)) {
          if (opcode === RESULT && state.holdsResults) held.push(bytes);
          else controller.enqueue(bytes);
        }
      },
      flush: () => void releases.delete(release),
      cancel: () => void releases.delete(release),
    });
  }

  function breakConnections(): void {
    for (const connection of connections) {
      try {
        connection.close();
      } catch {
        // Its other end has closed it.
      }
    }
    connections.clear();
  }

  async function accept(): Promise<void> {
    for await (const client of listener) forward(client).catch(() => {});
  }
  let accepting = accept();

  return {
    contactPoint: `${place.hostname}:${place.port}`,
    breakConnections,
    async swallow() {
      state.delayMs = Infinity;
      listener.close();
      await accepting.catch(() => {});
      hole = await openBlackHole(place);
    },
    restore() {
      hole?.[Symbol.dispose]();
      hole = null;
      state.delayMs = 0;
      listener = Deno.listen(place);
      accepting = accept();
    },
    get delayMs() {
      return state.delayMs;
    },
    set delayMs(delayMs) {
      state.delayMs = delayMs;
    },
    get holdsResults() {
      return state.holdsResults;
    },
    set holdsResults(holdsResults) {
      state.holdsResults = holdsResults;
      if (holdsResults) return;
      for (const release of releases) release();
    },
    get connections() {
      return connections.size / 2;
    },
    get executes() {
      return state.executes;
    },
    async [Symbol.asyncDispose]() {
      state.delayMs = 0;
      if (hole === null) listener.close();
      hole?.[Symbol.dispose]();
      await accepting.catch(() => {});
      breakConnections();
    },
  };
}
