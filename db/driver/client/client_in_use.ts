/**
 * A connected client, and how much runs on it: it can be replaced at any time, and is shut down when what runs
 * on it has ended.
 *
 * @module
 */
import type cassandra from "cassandra-driver";

export class ClientInUse {
  readonly client: cassandra.Client;
  /** Whose nodes coordinate; null if all data centres are as near. */
  readonly datacenter: string | null;
  #running = 0;
  /** Null while it is not being replaced. */
  #onIdle: (() => void) | null = null;

  constructor(client: cassandra.Client, datacenter: string | null) {
    this.client = client;
    this.datacenter = datacenter;
  }

  take(): void {
    this.#running++;
  }

  /** Call it once for each `take()`. */
  release(): void {
    if (--this.#running === 0) this.#onIdle?.();
  }

  /** Calls back when nothing runs on it any more. */
  whenIdle(callback: () => void): void {
    this.#onIdle = callback;
    if (this.#running === 0) callback();
  }
}
