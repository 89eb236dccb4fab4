/**
 * Connections that are handed on, byte for byte, to a server on this machine that decrypts them. The
 * runtime cannot change the certificate of a server, and a server that stops drops the connections that
 * wait to be accepted. So the port stays open here, and each new connection goes to the server with the
 * newest certificate: see docs/decisions/0054-connections-are-handed-on.md.
 *
 * @module
 */
import { within } from "../../runtime/within.ts";
import { linger, LINGER_MS, type Lingerer } from "./linger.ts";

export interface ForwarderOptions {
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Called when the port can accept nothing for now, as when descriptors have run out. */
  readonly onLost: (cause: unknown, retryInMs: number) => void;
  /** Called where connections are closed at once, since they cannot be handed on, and once a minute at most. */
  readonly onDropped?: ((cause: unknown) => void) | undefined;
  /** Longest time for a caller to take what is left once its server has closed the connection, if over a second. */
  readonly stallTimeoutMs: number;
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
interface Answer extends Lingerer {
  /** Whether the caller has yet to take what was read. */
  isSending: boolean;
  /** Whether nothing was handed on since the last look. */
  isQuiet: boolean;
  /** Whether its server has sent all, and the caller has not closed the connection yet. */
  isLingering: boolean;
  /** What was handed on since `filledAt`, less than FITTING_BYTES. */
  bytes: number;
  filledAt: number;
}

const LOOPBACK = "127.0.0.1";
const CHUNK_BYTES = 16_384;
const RETRY_MS = 250;
const LOOK_MS = 50;
const DROPPED_EVERY_MS = 60_000;
/** Half of what each system has room for before its program reads: so much has arrived within LINGER_MS. */
const FITTING_BYTES = 32_768;

export class Forwarder {
  readonly #listener: Deno.TcpListener;
  /** By the two ports of a connection to a server: who it really comes from. */
  readonly #clients = new Map<string, Client>();
  readonly #answers = new Set<Answer>();
  readonly #onLost: ForwarderOptions["onLost"];
  readonly #onDropped: (cause: unknown) => void;
  readonly #stallTimeoutMs: number;
  /** When it was last called. */
  #droppedAt = -Infinity;
  #target: Target | null = null;
  #isClosed = false;

  /** @throws {Deno.errors.AddrInUse} */
  constructor({ hostname, port, onLost, onDropped = () => {}, stallTimeoutMs }: ForwarderOptions) {
    this.#listener = Deno.listen({ hostname, port });
    this.#onLost = onLost;
    this.#onDropped = onDropped;
    this.#stallTimeoutMs = stallTimeoutMs;
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
   * time is over. An open connection on which nothing is sent does not count.
   */
  async handOver(timeoutMs: number): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    const isBusy = ({ isSending, isLingering, isQuiet }: Answer) =>
      isSending || isLingering || !isQuiet;
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
    const answer: Answer = {
      isSending: false,
      isQuiet: false,
      isLingering: false,
      isHeard: false,
      bytes: 0,
      filledAt: -Infinity,
    };
    this.#answers.add(answer);
    try {
      const caller = await this.#handTo(target, outer, answer);
      if (caller !== null) {
        await linger(caller.sending, answer, { stallTimeoutMs: this.#stallTimeoutMs });
      }
    } catch {
      // One side is gone, and the other learns of it by the end of its connection.
    } finally {
      this.#answers.delete(answer);
    }
  }

  /**
   * Until the server has closed its side and the caller has closed its own, or a second later: neither the server nor
   * a descriptor of its connection is kept for the caller.
   *
   * @returns what the caller still sends, or null if its connection cannot be handed on
   */
  async #handTo(
    target: Target,
    outer: Deno.TcpConn,
    answer: Answer,
  ): Promise<{ readonly sending: Promise<void> } | null> {
    target.connections++;
    try {
      const inner = await this.#connect(target);
      if (inner === null) return null;
      using _inner = closing(inner);
      // The same port may lead to two servers at a time, while a certificate is replaced.
      const ports = portsOf((inner.localAddr as Deno.NetAddr).port, target.port);
      const end = () => closing(outer)[Symbol.dispose]();
      this.#clients.set(ports, { address: outer.remoteAddr as Deno.NetAddr, end });
      try {
        for (const connection of [outer, inner]) connection.setNoDelay();
        const sending = sendOn(outer, inner, answer);
        const answered = answerWith(inner, outer, answer).then(() => within(sending, LINGER_MS));
        await Promise.race([answered, Promise.all([sending, answered])]);
        return { sending };
      } finally {
        this.#clients.delete(ports);
      }
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
async function sendOn(outer: Deno.TcpConn, inner: Deno.TcpConn, answer: Answer): Promise<void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let isTaken = true;
  for (let length = await outer.read(chunk); length !== null; length = await outer.read(chunk)) {
    answer.isHeard = true;
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
    answer.bytes += length;
    if (answer.bytes < FITTING_BYTES) continue;
    answer.bytes = 0;
    answer.filledAt = performance.now();
  }
  answer.isHeard = false;
  answer.isLingering = true;
  await outer.closeWrite();
}
