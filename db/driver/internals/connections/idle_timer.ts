/**
 * One timer for the idle time of a connection. The driver starts a timer and stops another for each request
 * that it writes, to ask an idle connection whether it is still there. Here a request notes the time, and the
 * timer, when it fires, waits for the rest.
 *
 * Read against cassandra-driver 4.10.0, `lib/connection.js`.
 *
 * @module
 */
import { setTimeout } from "node:timers";

/** A connection to a node, as far as its idle time goes. */
export interface IdleConnection {
  readonly options: { readonly pooling: { readonly heartBeatInterval: number } };
  _idleTimeout: ReturnType<typeof setTimeout> | null;
  /** Called when a request was written. */
  _setIdleTimeout(): void;
  /** Asks the node, which is a request too; or tries later, if it is being asked. */
  _idleTimeoutHandler(): void;
  /** Ours: the time of the last request. */
  writtenAt?: number;
}

/** @param prototype of all connections of the process */
export function shareIdleTimer(prototype: IdleConnection): void {
  const ask = prototype._idleTimeoutHandler;
  prototype._setIdleTimeout = function () {
    const intervalMs = this.options.pooling.heartBeatInterval;
    if (!intervalMs) return;
    this.writtenAt = performance.now();
    this._idleTimeout ??= setTimeout(() => this._idleTimeoutHandler(), intervalMs);
  };
  prototype._idleTimeoutHandler = function () {
    this._idleTimeout = null;
    const idleMs = performance.now() - (this.writtenAt ?? -Infinity);
    const leftMs = this.options.pooling.heartBeatInterval - idleMs;
    if (leftMs < 1) ask.call(this);
    else this._idleTimeout = setTimeout(() => this._idleTimeoutHandler(), leftMs);
  };
}
