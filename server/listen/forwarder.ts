/**
 * Connections that are handed on, byte for byte, to a server on this machine that decrypts them. The
 * runtime cannot change the certificate of a server, and a server that stops drops the connections that
 * wait to be accepted. So the port stays open here, and each new connection goes to the server with the
 * newest certificate: see docs/decisions/0054-connections-are-handed-on.md.
 *
 * @module
 */
import { within } from "../within.ts";

export interface ForwarderOptions {
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Called when the port can accept nothing for now, as when descriptors have run out. */
  readonly onLost: (cause: unknown, retryInMs: number) => void;
  /** Called where connections are closed at once, since they cannot be handed on, and once a minute at most. */
  readonly onDropped?: ((cause: unknown) => void) | undefined;
}

/** Where connections go: a port of this machine, and who is told when the last of them has ended. */
interface Target {
  readonly port: number;
  connections: number;
  onIdle: (() => void) | null;
}

/** Who is at the other end of a connection. */
export interface Client {
  readonly address: Deno.NetAddr;
  readonly end: () => void;
}

/** How far a connection is with what its server sends. */
interface Answer {
  /** Whether the caller has yet to take what was read. */
  isSending: boolean;
  /** Whether nothing was handed on since the last look. */
  isQuiet: boolean;
}

const LOOPBACK = "127.0.0.1";
const CHUNK_BYTES = 16_384;
const RETRY_MS = 250;
const LOOK_MS = 50;
const DROPPED_EVERY_MS = 60_000;
/** Longest wait for a caller to close a connection that its server has closed, in milliseconds. */
const LINGER_MS = 1_000;

export class Forwarder {
  readonly #listener: Deno.TcpListener;
  /** By the two ports of a connection to a server: who it really comes from. */
  readonly #clients = new Map<string, Client>();
  readonly #answers = new Set<Answer>();
  readonly #onLost: ForwarderOptions["onLost"];
  readonly #onDropped: (cause: unknown) => void;
  /** When it was last called. */
  #droppedAt = -Infinity;
  #target: Target | null = null;
  #isClosed = false;

  /** @throws {Deno.errors.AddrInUse} */
  constructor({ hostname, port, onLost, onDropped = () => {} }: ForwarderOptions) {
    this.#listener = Deno.listen({ hostname, port });
    this.#onLost = onLost;
    this.#onDropped = onDropped;
    void this.#acceptAll();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /**
   * Sends new connections to a port of this machine from now on. Those to the port before go on.
   *
   * @param onIdle called once the port before has no connections any more
   */
  pointTo(port: number, onIdle: () => void): void {
    const before = this.#target;
    this.#target = { port, connections: 0, onIdle: null };
    if (before === null) return;
    if (before.connections === 0) onIdle();
    else before.onIdle = onIdle;
  }

  /**
   * Who sent a request to the server at a port of this machine.
   *
   * @param from where the server sees it come from
   * @returns null if nothing was handed on from there, or its client has gone
   */
  clientOf({ hostname, port }: Deno.NetAddr, serverPort: number): Client | null {
    return hostname === LOOPBACK ? this.#clients.get(portsOf(port, serverPort)) ?? null : null;
  }

  /** Accepts no more; what is open goes on. */
  close(): void {
    this.#isClosed = true;
    this.#listener.close();
  }

  /**
   * Waits until callers have taken what the servers have sent, which may be far ahead of them, or until the
   * time is over. A connection on which nothing is sent does not count.
   */
  async handOver(timeoutMs: number): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    const isBusy = ({ isSending, isQuiet }: Answer) => isSending || !isQuiet;
    while (performance.now() < endsAt && [...this.#answers].some(isBusy)) {
      for (const answer of this.#answers) answer.isQuiet = true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #acceptAll(): Promise<void> {
    while (!this.#isClosed) {
      try {
        void this.#handOn(await this.#listener.accept());
      } catch (error) {
        if (this.#isClosed) return;
        this.#onLost(error, RETRY_MS);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #handOn(outer: Deno.TcpConn): Promise<void> {
    using _outer = closing(outer);
    const target = this.#target;
    if (target === null) return;
    target.connections++;
    try {
      const inner = await this.#connect(target);
      if (inner === null) return;
      using _inner = closing(inner);
      // The same port may lead to two servers at a time, while a certificate is replaced.
      const ports = portsOf((inner.localAddr as Deno.NetAddr).port, target.port);
      const end = () => closing(outer)[Symbol.dispose]();
      this.#clients.set(ports, { address: outer.remoteAddr as Deno.NetAddr, end });
      const answer: Answer = { isSending: false, isQuiet: false };
      this.#answers.add(answer);
      try {
        for (const connection of [outer, inner]) connection.setNoDelay();
        const sending = sendOn(outer, inner);
        // RFC 9112, section 9.6: a caller who never closes must not keep what the server has closed.
        const answered = answerWith(inner, outer, answer).then(() => within(sending, LINGER_MS));
        await Promise.race([answered, Promise.all([sending, answered])]);
      } finally {
        this.#answers.delete(answer);
        this.#clients.delete(ports);
      }
    } catch {
      // One side is gone, and the other learns of it by the end of its connection.
    } finally {
      if (--target.connections === 0) target.onIdle?.();
    }
  }

  #noteDropped(cause: unknown): void {
    const now = performance.now();
    if (now - this.#droppedAt < DROPPED_EVERY_MS) return;
    this.#droppedAt = now;
    this.#onDropped(cause);
  }

  /** Null where there is no descriptor or port left for it, or its server is being started again. */
  async #connect({ port }: Target): Promise<Deno.TcpConn | null> {
    try {
      return await Deno.connect({ hostname: LOOPBACK, port });
    } catch (error) {
      if (!this.#isClosed) this.#noteDropped(error);
      return null;
    }
  }
}

function portsOf(port: number, serverPort: number): string {
  return `${port} ${serverPort}`;
}

/** Closes a connection that may be closed already. */
function closing(connection: Deno.Conn): Disposable {
  return {
    [Symbol.dispose]() {
      try {
        connection.close();
      } catch {
        // It is.
      }
    },
  };
}

/**
 * Hands on what a caller sends, until it ends. What a server takes no more is read and dropped: it has answered early
 * and closed the connection, and bytes that nobody reads would reset the caller's, with the answer on its way.
 * Rejects as soon as the caller is gone.
 */
async function sendOn(outer: Deno.TcpConn, inner: Deno.TcpConn): Promise<void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let isTaken = true;
  for (let length = await outer.read(chunk); length !== null; length = await outer.read(chunk)) {
    try {
      for (let sent = 0; isTaken && sent < length;) {
        sent += await inner.write(chunk.subarray(sent, length));
      }
    } catch {
      isTaken = false;
    }
  }
  await inner.closeWrite().catch(() => {});
}

/** Hands on what a server sends, until it ends. Rejects as soon as either side is gone. */
async function answerWith(inner: Deno.TcpConn, outer: Deno.TcpConn, answer: Answer): Promise<void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let length = await inner.read(chunk); length !== null; length = await inner.read(chunk)) {
    answer.isSending = true;
    for (let sent = 0; sent < length;) sent += await outer.write(chunk.subarray(sent, length));
    answer.isSending = false;
    answer.isQuiet = false;
  }
  await outer.closeWrite();
}
