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
  /** Longest that it may take to accept a connection over TCP. Default: 2 s. */
  readonly connectTimeoutMs?: number;
  /** A connection over TCP that was not used for this long is replaced before the next lines. Default: 30 s. */
  readonly maxIdleMs?: number;
}

const TIMEOUT_MS = 10_000;
/** The kernel goes on for two minutes, and in the end looks only once a minute whether the collector is back. */
const CONNECT_TIMEOUT_MS = 2_000;
/** On the way, routers and firewalls forget connections that are not used, some after a minute, and tell nobody. */
const MAX_IDLE_MS = 30_000;
/** More digits than any count has. */
const MAX_ACKNOWLEDGEMENT_LENGTH = 32;
const LINE_FEED = 10;

/** It connects when there is something to write. */
export function createSocketSink(
  address: SocketAddress,
  {
    timeoutMs = TIMEOUT_MS,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    maxIdleMs = MAX_IDLE_MS,
  }: SocketSinkOptions = {},
): AuditSink {
  let connection: Connection | null = null;
  let isClosed = false;
  /** Ends an attempt to connect. */
  let giveUp: (reason: Error) => void = () => {};

  async function connect(): Promise<Connection> {
    if (address.transport === "unix") return new Connection(await Deno.connect(address));
    const attempt = new AbortController();
    giveUp = (reason) => attempt.abort(reason);
    const timer = setTimeout(() => giveUp(failure("it accepts no connection")), connectTimeoutMs);
    try {
      return new Connection(await Deno.connect({ ...address, signal: attempt.signal }));
    } finally {
      clearTimeout(timer);
    }
  }

  async function send(lines: Uint8Array<ArrayBuffer>): Promise<void> {
    if (isClosed) throw failure("the connection was closed");
    connection ??= await connect();
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
      const isOverNetwork = address.transport === "tcp";
      if (isOverNetwork && connection !== null && connection.idleMs >= maxIdleMs) {
        connection.close();
      }
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
      giveUp(failure("the connection was closed"));
      connection?.close();
      return Promise.resolve();
    },
  };
}

function failure(reason: string): Error {
  return new Error(`Cannot send to the collector of the audit log: ${reason}`);
}

class Connection {
  readonly #socket: Deno.Conn;
  #sent = 0;
  #safe = 0;
  #isClosed = false;
  #usedAt = performance.now();
  #onChange: () => void = () => {};

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
    void this.#readAcknowledgements();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How long ago it has sent something. */
  get idleMs(): number {
    return performance.now() - this.#usedAt;
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
          const isInTime = performance.now() < deadline;
          throw failure(isInTime ? "the connection was closed" : "it timed out");
        }
        await new Promise<void>((resolve) => this.#onChange = resolve);
      }
    } finally {
      clearTimeout(timer);
      this.#usedAt = performance.now();
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
