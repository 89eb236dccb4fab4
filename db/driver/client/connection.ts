/**
 * The client of the session: it connects in the background until that succeeds, knows at any moment
 * whether Cassandra can be reached, and is replaced whole when its credentials change. While another data
 * centre serves, the client of the local one stays, to see when its nodes are back. Reconnecting, host
 * state and pools are the driver's work.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import { ServiceError } from "../../../errors/service_error.ts";
import type { PoolReading } from "../../../observe/metrics/readings.ts";
import type { ConnectionState } from "../../../observe/observation.ts";
import { reconnectionDelays } from "./policies.ts";
import type { CassandraCredentials } from "./client_options.ts";
import { ClientInUse } from "./client_in_use.ts";
import { type ClientSettings, connectClient, settingsIn } from "./connect_client.ts";
import { Failover, type FailoverPlan } from "./failover.ts";
import type { WriteTime } from "../internals/driver_types.ts";
import { WriteTimes } from "../clock/write_times.ts";
import { NO_HOSTS, readPools, type SeenHosts, seenHosts, withHostsOf } from "./host_states.ts";
import { replaceClients } from "./replacing_clients.ts";
import { connectionFailure } from "../failures/map_error.ts";
import { sleep } from "../timing/sleep.ts";
import { readTopology, type Topology } from "./topology.ts";

export interface ConnectionSettings extends ClientSettings, FailoverPlan {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** `changed` is false where it is up as before, with more nodes of the local data centre than before. */
export type StateListener = (state: ConnectionState, changed: boolean) => void;

export class Connection {
  #settings: ConnectionSettings;
  readonly #closing = new AbortController();
  /** Shared by all clients: each continues where the previous one's times ended. */
  readonly #writeTimes: WriteTimes;
  readonly #listeners: StateListener[] = [];
  readonly #hostsListeners: (() => void)[] = [];
  /** Clients that were replaced, until what runs on them has ended. */
  readonly #replaced = new Set<ClientInUse>();
  #inUse: ClientInUse | null = null;
  /** The client of the local data centre, while another one serves; else null. */
  #home: ClientInUse | null = null;
  readonly #failover: Failover;
  #state: ConnectionState = "connecting";
  #hostsUp = 0;
  #connecting: Promise<void> | null = null;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#writeTimes = new WriteTimes(settings.now);
    this.#failover = new Failover(settings, {
      moveTo: (datacenter) => this.#moveTo(datacenter),
      comeBack: () => this.#comeBack(),
    });
    this.#observeDatacenter(settings.localDatacenter);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The data centre that serves in place of the local one; null while that does. */
  get away(): string | null {
    return this.#home === null ? null : this.#inUse?.datacenter ?? null;
  }

  /** Lets the local data centre serve again without the delay, once most of its nodes are up. */
  allowReturn(isAllowed: boolean): void {
    this.#failover.allowReturn(isAllowed);
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
    const { client, datacenter } = this.#inUse;
    const topology = readTopology(client, datacenter);
    if (topology === null) return null;
    const down = this.#seen(this.#inUse).hosts.filter(({ isUp }) => !isUp);
    return { ...topology, down: new Set(down.map(({ address }) => address)) };
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
   * Runs work on the client, and says whose nodes coordinate there. It stays with that client to its end, even if
   * the client is replaced.
   *
   * @throws {ServiceError} `unavailable`, at once while Cassandra is unreachable
   */
  async use<Result>(
    work: (client: cassandra.Client, datacenter: string | null) => Promise<Result>,
  ): Promise<Result> {
    const taken = this.take();
    try {
      return await work(taken.client, taken.datacenter);
    } finally {
      taken.release();
    }
  }

  /** As `use()`; the caller has to release the client when its work has ended. */
  take(): ClientInUse {
    const inUse = this.#inUse;
    if (inUse === null || this.#state !== "up") {
      throw new ServiceError(
        "unavailable",
        "Cassandra is unreachable, so nothing was sent; the service reconnects by itself: retry later",
      );
    }
    inUse.take();
    return inUse;
  }

  /**
   * Connects with other credentials, and uses that client from then on. What runs on the client before it
   * ends there. While nothing is connected yet, the next attempt uses the credentials.
   *
   * @throws {Error} saying why it cannot connect; the client before stays in use
   */
  async replace(credentials: CassandraCredentials): Promise<void> {
    const settings = { ...this.#settings, ...credentials };
    if (this.#inUse === null) {
      this.#settings = settings;
      return;
    }
    try {
      await replaceClients({
        connect: (before) =>
          this.#connectClient(
            before === null ? settings : settingsIn(before.datacenter!, settings, before.client),
          ),
        servingAway: () => this.#home === null ? null : this.#inUse,
        signal: this.#closing.signal,
        adopt: (local, away) => this.#adopt(settings, { local, away }),
      });
    } catch (error) {
      throw new Error(connectionFailure(error), { cause: error });
    }
  }

  #adopt(
    settings: ConnectionSettings,
    { local, away }: { readonly local: cassandra.Client; readonly away: cassandra.Client | null },
  ): void {
    const [inUse, home] = [this.#inUse, this.#home];
    const next = this.#watched(local, settings.localDatacenter);
    this.#settings = settings;
    this.#inUse = away === null ? next : this.#watched(away, inUse!.datacenter);
    this.#home = away === null ? null : next;
    this.#refresh();
    for (const before of [inUse, home]) this.#retire(before);
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
    this.#failover.close();
    await this.#connecting;
    const clients = [...this.#replaced, this.#inUse, this.#home].filter((each) => each !== null);
    await Promise.all(clients.map(({ client }) => client.shutdown()));
    this.#inUse = this.#home = null;
    this.#setState("closed", NO_HOSTS);
  }

  async #connect(): Promise<void> {
    const { signal } = this.#closing;
    // The driver cannot break off an attempt; if it succeeds after the close, it ends itself.
    const closed = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
    for (const retryInMs of reconnectionDelays()) {
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
    if (settings !== this.#settings) {
      await client.shutdown();
      throw new Error("The credentials changed while it connected");
    }
    this.#inUse = this.#watched(client, settings.localDatacenter);
    this.#refresh();
  }

  /** Null if the session was closed meanwhile. */
  #connectClient(settings: ConnectionSettings): Promise<cassandra.Client | null> {
    const { signal } = this.#closing;
    return connectClient(settings, { writeTimes: this.#writeTimes, signal });
  }

  async #moveTo(datacenter: string): Promise<boolean> {
    const settings = this.#settings;
    const { observe } = settings;
    let client: cassandra.Client | null;
    try {
      client = await this.#connectClient(
        settingsIn(datacenter, settings, (this.#home ?? this.#inUse)?.client),
      );
    } catch (cause) {
      if (this.#closing.signal.aborted) return false;
      const message = `Cannot fail over to data centre "${datacenter}"`;
      observe({ kind: "warning", message, cause: new Error(connectionFailure(cause)) });
      return false;
    }
    const before = this.#inUse;
    // It may have come back while this connected.
    const isNeeded = before !== null && this.#seen(before).hostsUp === 0;
    const isUsable = client !== null && seenHosts(client, datacenter).hostsUp > 0;
    // The credentials may be others by now, and it is tried again with these.
    if (client === null || !isNeeded || !isUsable || settings !== this.#settings) {
      await client?.shutdown();
      return client === null || !isNeeded;
    }
    this.#inUse = this.#watched(client, datacenter);
    if (this.#home === null) this.#home = before;
    else this.#retire(before);
    this.#observeDatacenter(datacenter);
    this.#refresh();
    return true;
  }

  #comeBack(): void {
    if (this.#home === null || this.#closing.signal.aborted) return;
    const away = this.#inUse;
    this.#inUse = this.#home;
    this.#home = null;
    this.#observeDatacenter(this.#inUse.datacenter);
    this.#refresh();
    this.#retire(away);
  }

  #observeDatacenter(datacenter: string | null): void {
    const { observe, localDatacenter, failoverDatacenters } = this.#settings;
    if (failoverDatacenters.length === 0 || localDatacenter === null || datacenter === null) return;
    const datacenters = [localDatacenter, ...failoverDatacenters];
    observe({
      kind: "datacenter",
      inUse: datacenter,
      isLocal: datacenter === localDatacenter,
      datacenters,
    });
  }

  /** The client's view of the cluster counts from now on. */
  #watched(client: cassandra.Client, datacenter: string | null): ClientInUse {
    // Deferred: the driver learns a new node's data centre only after the event, and no other event
    // follows.
    const refresh = () => setTimeout(() => this.#refresh());
    for (const event of ["hostUp", "hostDown", "hostAdd", "hostRemove"]) client.on(event, refresh);
    return new ClientInUse(client, datacenter);
  }

  /** Shuts a client down as soon as nothing runs on it. */
  #retire(before: ClientInUse | null): void {
    if (before === null) return;
    this.#replaced.add(before);
    before.whenIdle(() => {
      before.client.shutdown().catch(() => {}).finally(() => this.#replaced.delete(before));
    });
  }

  /** The hosts that a client sees; those of the local data centre as its own client sees them while another one serves. */
  #seen({ client, datacenter }: ClientInUse): SeenHosts {
    const seen = seenHosts(client, datacenter);
    return this.#home === null
      ? seen
      : withHostsOf(seen, seenHosts(this.#home.client, null), this.#home.datacenter);
  }

  /** Derives the state from the hosts that the driver knows. */
  #refresh(): void {
    if (this.#closing.signal.aborted || this.#inUse === null) return;
    const seen = this.#seen(this.#inUse);
    if (seen.hostsUp > 0) this.#setState("up", seen);
    else {
      const which = this.away === null ? "the local data centre" : `data centre "${this.away}"`;
      this.#setState("down", seen, `no node of ${which} is reachable`);
    }
    const { localDatacenter } = this.#settings;
    const local = seen.hosts.filter(({ datacenter }) => datacenter === localDatacenter);
    this.#failover.note({
      away: this.away,
      up: seen.hostsUp,
      localKnown: local.length,
      localUp: local.filter(({ isUp }) => isUp).length,
    });
  }

  #setState(state: ConnectionState, seen: SeenHosts, reason: string | null = null): void {
    const [changed, hasMore] = [state !== this.#state, seen.hostsUp > this.#hostsUp];
    [this.#state, this.#hostsUp] = [state, seen.hostsUp];
    this.#settings.observe({ kind: "connection", state, ...seen, reason, retryInMs: null });
    if (changed || hasMore) this.#listeners.forEach((listener) => listener(state, changed));
    this.#hostsListeners.forEach((listener) => listener());
  }
}
