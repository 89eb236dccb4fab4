/**
 * A way to a node that can be shut: what is connected is cut off, and nobody gets in until it is opened.
 * It counts connections, their times, and the bytes that pass.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface Gate extends AsyncDisposable {
  /** As `CASSANDRA_CONTACT_POINTS` takes it. */
  readonly contactPoint: string;
  /** When each connection was asked for, in the time of `performance.now()`. */
  readonly arrivals: number[];
  /** Connections that are open. */
  readonly open: number;
  /** Bytes that have passed, both ways. */
  readonly bytes: number;
  /** Cuts off all connections and refuses new ones, as a node that has died does. */
  shut(): Promise<void>;
  reopen(): Promise<void>;
}

export async function buildGate(contactPoint: string): Promise<Gate> {
  const [host, nodePort] = contactPoint.split(":") as [string, string];
  const clients = new Set<Socket>();
  const arrivals: number[] = [];
  let bytes = 0;

  function forward(from: Socket, to: Socket): void {
    from.on("data", (chunk: Uint8Array) => bytes += chunk.length);
    from.pipe(to);
    from.on("error", () => {});
    from.on("close", () => to.destroy());
  }

  function listen(port: number): Promise<Server> {
    const server = createServer((client) => {
      arrivals.push(performance.now());
      const node = connect({ host, port: Number(nodePort) });
      forward(client, node);
      forward(node, client);
      clients.add(client);
      client.on("close", () => clients.delete(client));
    });
    return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
  }

  function shut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    clients.forEach((client) => client.destroy());
    return closed;
  }

  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    contactPoint: `127.0.0.1:${port}`,
    arrivals,
    get open() {
      return clients.size;
    },
    get bytes() {
      return bytes;
    },
    shut,
    async reopen() {
      server = await listen(port);
    },
    [Symbol.asyncDispose]: shut,
  };
}
