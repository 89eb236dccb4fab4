/**
 * A way to a node that passes for a node of another data centre: the name of its data centre is replaced in what
 * it answers. It can be closed, and each connection can be held until a test says.
 *
 * @module
 */
import { Buffer } from "node:buffer";

export interface DatacenterProxyOptions {
  /** The node, as `CASSANDRA_CONTACT_POINTS` takes it. */
  readonly contactPoint: string;
  /** The name of its data centre, and the name that is told, which has as many bytes. */
  readonly names: { readonly from: string; readonly to: string };
}

export class DatacenterProxy implements Disposable {
  readonly #options: DatacenterProxyOptions;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #port: number;
  #listener: Deno.TcpListener | null;
  /** Called with each connection before anything of it is passed on. */
  onConnection: () => Promise<void> | void = () => {};

  constructor(options: DatacenterProxyOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#port = this.#listener.addr.port;
    void this.#accept(this.#listener);
  }

  get contactPoint(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The connections of clients that are open now, oldest first. */
  get connections(): readonly Deno.TcpConn[] {
    return [...this.#open];
  }

  /** Takes connections, from now on. */
  accept(): void {
    if (this.#listener !== null) return;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    void this.#accept(this.#listener);
  }

  /** Refuses connections; those that are open stay. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = null;
  }

  /** Goes away, as a node that crashes does. */
  crash(): void {
    this.refuse();
    for (const connection of this.#open) close(connection);
  }

  [Symbol.dispose](): void {
    this.crash();
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const client of listener) void this.#forward(client);
    } catch {
      // It refuses them now.
    }
  }

  async #forward(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    const [hostname, port] = this.#options.contactPoint.split(":") as [string, string];
    const node = await Deno.connect({ hostname, port: Number(port) });
    try {
      await this.onConnection();
      const { from, to } = this.#options.names;
      const renamed = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
          for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at)) {
            at += bytes.write(to, at);
          }
          controller.enqueue(chunk);
        },
      });
      await Promise.all([
        client.readable.pipeTo(node.writable),
        node.readable.pipeThrough(renamed).pipeTo(client.writable),
      ]);
    } catch {
      // One side is gone.
    } finally {
      this.#open.delete(client);
      for (const connection of [client, node]) close(connection);
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // Its other end has closed it.
  }
}
