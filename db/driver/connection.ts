/**
 * The client of the session: it connects in the background until that succeeds, knows at any moment
 * whether Cassandra can be reached, and is replaced whole when its credentials change. Reconnecting, host
 * state and pools are the driver's work.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { ServiceError } from "../../errors/service_error.ts";
import type { PoolReading } from "../../observe/metrics/readings.ts";
import type { ConnectionState, Observe } from "../../observe/observation.ts";
import { backoff } from "./timing/backoff.ts";
import { clientOptions, type ConnectionOptions, type Credentials } from "./client_options.ts";
import { onSchemaEvent } from "./schema_watch/schema_event.ts";
import type { WriteTime } from "./internals/driver_types.ts";
import { WriteTimes } from "./clock/write_times.ts";
import { steadyControl } from "./internals/steady_control.ts";
import { NO_HOSTS, readPools, type SeenHosts, seenHosts } from "./host_states.ts";
import { connectionFailure } from "./map_error.ts";
import { sleep } from "./timing/sleep.ts";
import { readTopology, type Topology } from "./topology.ts";

export interface ConnectionSettings extends ConnectionOptions {
  readonly observe: Observe;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when a node announces that a keyspace has changed; with null if any may have. */
  readonly onSchemaChange: (keyspace: string | null) => void;
}

const CONNECT_BACKOFF = { baseMs: 250, capMs: 1_000 };

/** `changed` is false where it is up as before, with more nodes of the local data centre than before. */
export type StateListener = (state: ConnectionState, changed: boolean) => void;

/** A connected client, and what runs on it. */
interface InUse {
  readonly client: cassandra.Client;
  running: number;
  /** Called when nothing runs on it any more; null while it is not being replaced. */
  onIdle: (() => void) | null;
}

export class Connection {
  #settings: ConnectionSettings;
  readonly #closing = new AbortController();
  /** Shared by all clients: times go on where those of the last one ended. */
  readonly #writeTimes: WriteTimes;
  readonly #listeners: StateListener[] = [];
  readonly #hostsListeners: (() => void)[] = [];
  /** Clients that were replaced, until what runs on them has ended. */
  readonly #replaced = new Set<InUse>();
  #inUse: InUse | null = null;
  #state: ConnectionState = "connecting";
  #hostsUp = 0;
  #connecting: Promise<void> | null = null;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#writeTimes = new WriteTimes(settings.now);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The connections by data centre; empty while there is no client. */
  readPools(): PoolReading[] {
    return this.#inUse === null ? [] : readPools(this.#inUse.client);
  }

  /** Calls back on each change from the next one on. */
  onStateChange(listener: StateListener): void {
    this.#listeners.push(listener);
  }

  /** Calls back when a node goes, comes, or is found. */
  onHostsChange(listener: () => void): void {
    this.#hostsListeners.push(listener);
  }

  /** The cluster as the driver sees it now; null if it does not see the ring. */
  topology(): Topology | null {
    if (this.#inUse === null) return null;
    return readTopology(this.#inUse.client, this.#settings.localDatacenter);
  }

  /** Begins to connect and goes on until it succeeds or the session is closed. Does not wait. */
  open(): void {
    this.#connecting ??= this.#connect();
  }

  /** Resolves once connected; rejects with the reason of the first failure. For one-shot commands. */
  async openOnce(): Promise<void> {
    await this.#attempt();
  }

  /**
   * Runs work on the client. It stays with that client to its end, even if the client is replaced.
   *
   * @throws {ServiceError} `unavailable`, at once while Cassandra is unreachable
   */
  async use<Result>(work: (client: cassandra.Client) => Promise<Result>): Promise<Result> {
    const inUse = this.#inUse;
    if (inUse === null || this.#state !== "up") {
      throw new ServiceError(
        "unavailable",
        "Cassandra is unreachable; the service reconnects by itself: retry later",
      );
    }
    inUse.running++;
    try {
      return await work(inUse.client);
    } finally {
      if (--inUse.running === 0) inUse.onIdle?.();
    }
  }

  /**
   * Connects with other credentials, and uses that client from then on. What runs on the client before it
   * ends there. While nothing is connected yet, the next attempt uses the credentials.
   *
   * @throws {Error} saying why it cannot connect; the client before stays in use
   */
  async replace(credentials: Credentials): Promise<void> {
    const settings = { ...this.#settings, ...credentials };
    if (this.#inUse === null) {
      this.#settings = settings;
      return;
    }
    let client: cassandra.Client | null;
    try {
      client = await this.#connectClient(settings);
    } catch (error) {
      throw new Error(connectionFailure(error), { cause: error });
    }
    if (client === null) return;
    this.#settings = settings;
    this.#take(client);
  }

  /**
   * The time for a write that may take several attempts, later than all before; undefined before the
   * first connection, when nothing can be written.
   */
  nextWriteTime(): WriteTime | undefined {
    if (this.#inUse === null) return undefined;
    return this.#writeTimes.next();
  }

  /** @param address `address:port`, as answers name it; null where the driver knows no such node */
  coordinatorInfo(address: string): { readonly id: string; readonly datacenter: string } | null {
    const host = this.#inUse?.client.hosts.get(address);
    return host ? { id: String(host.hostId), datacenter: host.datacenter } : null;
  }

  /** Closes every client and every connection. What still runs fails. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await this.#connecting;
    const clients = [...this.#replaced, ...this.#inUse === null ? [] : [this.#inUse]];
    await Promise.all(clients.map(({ client }) => client.shutdown()));
    this.#inUse = null;
    this.#setState("closed", NO_HOSTS);
  }

  async #connect(): Promise<void> {
    const { signal } = this.#closing;
    // The driver cannot break off an attempt; one that succeeds after the close ends itself.
    const closed = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
    for (const retryInMs of backoff(CONNECT_BACKOFF)) {
      try {
        return await Promise.race([this.#attempt(), closed]);
      } catch (error) {
        if (signal.aborted) return;
        const reason = connectionFailure(error);
        const { observe } = this.#settings;
        observe({ kind: "connection", state: "connecting", ...NO_HOSTS, reason, retryInMs });
      }
      await sleep(retryInMs, signal);
      if (signal.aborted) return;
    }
  }

  async #attempt(): Promise<void> {
    const settings = this.#settings;
    const client = await this.#connectClient(settings);
    if (client === null) return;
    if (settings === this.#settings) return this.#take(client);
    await client.shutdown();
    throw new Error("The credentials changed while it connected");
  }

  /**
   * A client that failed to connect is thrown away: what it half knows must not linger.
   *
   * @returns null if the session was closed meanwhile
   */
  async #connectClient(settings: ConnectionSettings): Promise<cassandra.Client | null> {
    const client = this.#createClient(settings);
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown().catch(() => {});
      throw error;
    }
    if (!this.#closing.signal.aborted) return client;
    await client.shutdown();
    return null;
  }

  #createClient(settings: ConnectionSettings): cassandra.Client {
    const { observe, onSchemaChange } = settings;
    const client = new cassandra.Client(clientOptions(settings, this.#writeTimes));
    client.on("log", (level: string, source: string, message: string, detail: unknown) => {
      if (level === "error") {
        observe({ kind: "driver_error", source, message, cause: detail });
      }
    });
    onSchemaEvent(client, onSchemaChange);
    steadyControl(client, (cause) => {
      const message =
        "Cassandra's control connection was lost while it was set up; it is set up again";
      observe({ kind: "warning", message, cause });
    });
    return client;
  }

  /** Takes a connected client into use; the one before is shut down as soon as nothing runs on it. */
  #take(client: cassandra.Client): void {
    const before = this.#inUse;
    this.#inUse = { client, running: 0, onIdle: null };
    // Deferred: the driver learns a new node's data centre only after the event, and no other event
    // follows.
    const refresh = () => setTimeout(() => this.#refresh());
    for (const event of ["hostUp", "hostDown", "hostAdd", "hostRemove"]) client.on(event, refresh);
    this.#refresh();
    if (before !== null) this.#retire(before);
  }

  #retire(before: InUse): void {
    this.#replaced.add(before);
    before.onIdle = () => {
      before.client.shutdown().catch(() => {}).finally(() => this.#replaced.delete(before));
    };
    if (before.running === 0) before.onIdle();
  }

  /** Derives the state from the hosts that the driver knows. */
  #refresh(): void {
    if (this.#closing.signal.aborted || this.#inUse === null) return;
    const seen = seenHosts(this.#inUse.client, this.#settings.localDatacenter);
    if (seen.hostsUp > 0) return this.#setState("up", seen);
    this.#setState("down", seen, "no node of the local data centre is reachable");
  }

  #setState(state: ConnectionState, seen: SeenHosts, reason: string | null = null): void {
    const [changed, hasMore] = [state !== this.#state, seen.hostsUp > this.#hostsUp];
    [this.#state, this.#hostsUp] = [state, seen.hostsUp];
    this.#settings.observe({ kind: "connection", state, ...seen, reason, retryInMs: null });
    if (changed || hasMore) this.#listeners.forEach((listener) => listener(state, changed));
    this.#hostsListeners.forEach((listener) => listener());
  }
}
