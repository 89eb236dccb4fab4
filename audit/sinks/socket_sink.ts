/**
 * Audit lines to a collector over a Unix or TCP socket. The collector acknowledges them: whenever it has made
 * lines safe, it sends the number of lines that it has made safe on this connection, in decimal digits and a
 * line feed. A line is safe when the collector says so. Lines without an acknowledgement are sent again on a
 * new connection, so the collector may get them twice, with the same `process` and `sequence`.
 *
 * @module
 */
import type { AuditSink } from "../sink.ts";

export type SocketAddress =
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number };

export interface SocketSinkOptions {
  /** Longest that the collector may take to acknowledge. Default: 10 s. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** More digits than any count has. */
const MAX_ACKNOWLEDGEMENT_LENGTH = 32;
const LINE_FEED = 10;

/** It connects when there is something to write. */
export function createSocketSink(
  address: SocketAddress,
  { timeoutMs = TIMEOUT_MS }: SocketSinkOptions = {},
): AuditSink {
  let connection: Connection | null = null;
  let isClosed = false;

  async function send(lines: Uint8Array<ArrayBuffer>): Promise<void> {
    connection ??= new Connection(await connect(address));
    if (isClosed) connection.close();
    try {
      await connection.send(lines, timeoutMs);
    } catch (error) {
      connection.close();
      connection = null;
      throw error;
    }
  }

  return {
    async write(lines) {
      if (connection?.isClosed) connection = null;
      const isReused = connection !== null;
      try {
        await send(lines);
      } catch (error) {
        // The collector may have gone while nothing was written.
        if (!isReused || isClosed) throw error;
        await send(lines);
      }
    },
    close() {
      isClosed = true;
      connection?.close();
      return Promise.resolve();
    },
  };
}

function connect(address: SocketAddress): Promise<Deno.Conn> {
  return address.transport === "unix" ? Deno.connect(address) : Deno.connect(address);
}

class Connection {
  readonly #socket: Deno.Conn;
  #sent = 0;
  #safe = 0;
  #isClosed = false;
  #onChange: () => void = () => {};

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
    void this.#readAcknowledgements();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async send(lines: Uint8Array<ArrayBuffer>, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    this.#sent += lines.reduce((count, byte) => count + (byte === LINE_FEED ? 1 : 0), 0);
    const timer = setTimeout(() => this.close(), timeoutMs);
    try {
      for (let offset = 0; offset < lines.length;) {
        offset += await this.#socket.write(lines.subarray(offset));
      }
      while (this.#safe < this.#sent) {
        if (this.#isClosed) {
          const reason = performance.now() < deadline
            ? "the connection was closed"
            : "it timed out";
          throw new Error(`Cannot send to the collector of the audit log: ${reason}`);
        }
        await new Promise<void>((resolve) => this.#onChange = resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#socket.close();
    } catch {
      // Its readable side closes it when the collector does.
    }
    this.#onChange();
  }

  async #readAcknowledgements(): Promise<void> {
    let rest = "";
    try {
      for await (const text of this.#socket.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        const latest = lines.at(-1);
        if (latest !== undefined) this.#safe = countOf(latest, this.#sent);
        if (rest.length > MAX_ACKNOWLEDGEMENT_LENGTH) throw new Error("Too long");
        this.#onChange();
      }
    } catch {
      // What it sent is not an acknowledgement, or the connection broke.
    } finally {
      this.close();
    }
  }
}

/** @throws {Error} if it is not a count of lines that were sent */
function countOf(text: string, sent: number): number {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(count <= sent)) throw new Error("Not a count of lines that were sent");
  return count;
}
