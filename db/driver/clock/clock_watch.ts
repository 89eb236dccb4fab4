/**
 * Whether this process's clock can be trusted with the times of writes. It is compared with the clocks of the
 * nodes, a few of them every ten seconds, and never during a request. A write whose time is too far ahead would
 * hide what others write until then; a write whose time is behind would be hidden by what is there.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { ServiceError } from "../../../errors/service_error.ts";
import type { Observe } from "../../../observe/observation.ts";
import { sleep } from "../timing/sleep.ts";
import { askClock } from "./ask_clock.ts";
import {
  certainSkew,
  type ClockBounds,
  type ClockReading,
  medianClock,
  type Moment,
  skewFrom,
} from "./clock_reading.ts";

export interface ClockWatchOptions {
  /** Milliseconds since 1970, as everything in this process that needs the time of day has it. */
  readonly now: () => number;
  /** Beyond it nothing is written; zero for no bound. */
  readonly maxSkewMs: number;
  readonly observe: Observe;
  /**
   * Runs work on the client; rejects while Cassandra cannot be reached. Nodes are asked of the data centre that
   * serves, which a failover changes; null for every data centre.
   */
  readonly use: <Result>(
    work: (client: cassandra.Client, datacenter: string | null) => Promise<Result>,
  ) => Promise<Result>;
}

const ROUND_MS = 10_000;
/** In a round, so that many replicas do not burden a large cluster. */
const NODES_A_ROUND = 3;
/** Quartz drifts by 50 millionths or so: in this time by 15 ms. */
const KEPT_MS = 300_000;

export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #closing = new AbortController();
  /** By the address of the node; in the order in which they were taken. */
  readonly #readings = new Map<string, ClockReading>();
  /** The median of the nodes; null while it is unknown. */
  #cluster: ClockBounds | null = null;
  /** Whether it was too far off at the end of the last round. */
  #wasRefusing = false;
  #round: Promise<void> | null = null;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  /** Compares the clocks every now and then, until it is stopped. */
  start(): void {
    void this.#keepMeasuring();
  }

  stop(): void {
    this.#closing.abort();
  }

  /** Asks a few nodes now. Never rejects, and takes a few seconds at most. */
  measure(): Promise<void> {
    return this.#round ??= this.#measure().finally(() => this.#round = null);
  }

  /**
   * Why nothing may be written now; null if writes are allowed. It costs a request two looks at the clock, so
   * that the next write notices a clock that was set, not just the next round.
   */
  refusal(): ServiceError | null {
    if (this.#options.maxSkewMs === 0 || this.#cluster === null) return null;
    const skewMs = certainSkew(this.#cluster, this.#moment());
    const isBeyond = Math.abs(skewMs) > this.#options.maxSkewMs;
    // The clock has been set since. Or the machine slept, and the other clocks have to be read again.
    if (isBeyond !== this.#wasRefusing) void this.measure();
    if (!isBeyond) return null;
    const where = skewMs > 0 ? "ahead of" : "behind";
    const cause = `The clock of this process is ${
      Math.abs(Math.round(skewMs))
    } ms ${where} the nodes'`;
    return new ServiceError(
      "clock_skewed",
      "The time of a write cannot be trusted right now, so nothing was written: retry later",
      { cause: new Error(cause) },
    );
  }

  #moment(): Moment {
    return { nowMs: this.#options.now(), monotonicMs: performance.now() };
  }

  async #keepMeasuring(): Promise<void> {
    const { signal } = this.#closing;
    while (true) {
      await this.measure();
      if (signal.aborted) return;
      // Replicas that started together do not ask together.
      await sleep(ROUND_MS * (0.5 + Math.random()), signal);
      if (signal.aborted) return;
    }
  }

  async #measure(): Promise<void> {
    const readings = await this.#options.use((...serving) => this.#askSome(...serving))
      .catch(() => []);
    if (this.#closing.signal.aborted) return;
    for (const reading of readings) {
      this.#readings.delete(reading.address);
      this.#readings.set(reading.address, reading);
    }
    for (const { address, takenAtMs } of [...this.#readings.values()]) {
      if (performance.now() - takenAtMs > KEPT_MS) this.#readings.delete(address);
    }
    this.#cluster = medianClock([...this.#readings.values()]);
    this.#tell();
  }

  /** Asks the nodes that were asked longest ago. */
  async #askSome(
    client: cassandra.Client,
    datacenter: string | null,
  ): Promise<readonly ClockReading[]> {
    const takenAt = ({ address }: cassandra.Host) =>
      this.#readings.get(address)?.takenAtMs ?? -Infinity;
    const hosts = client.hosts.values()
      .filter((host) => datacenter === null || host.datacenter === datacenter)
      .filter((host) => host.isUp())
      .map((host) => ({ host, takenAt: takenAt(host), order: Math.random() }))
      .sort((a, b) => (a.takenAt - b.takenAt || a.order - b.order))
      .slice(0, NODES_A_ROUND);
    const readings = await Promise.all(hosts.map(({ host }) => askClock(client, host)));
    return readings.filter((reading) => reading !== null);
  }

  #tell(): void {
    const { maxSkewMs, observe } = this.#options;
    const moment = this.#moment();
    const skew = this.#cluster === null ? null : skewFrom(this.#cluster, moment);
    this.#wasRefusing = skew !== null && maxSkewMs > 0 && Math.abs(skew.certainMs) > maxSkewMs;
    observe({
      kind: "clock",
      skew,
      nodes: [...this.#readings.values()].map((reading) => ({
        address: reading.address,
        skew: skewFrom(reading, moment),
      })),
      maxSkewMs,
      refuses: this.#wasRefusing,
    });
  }
}
