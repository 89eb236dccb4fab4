/**
 * Bounds the time that a new connection takes until it can be used. The driver bounds the time until there is a
 * connection at all; then it waits for an answer as long as for one to a statement, twelve seconds, even if the
 * other end has closed the connection meanwhile. Nothing else is tried on that node while it waits.
 *
 * Read against cassandra-driver 4.10.0, `lib/connection.js`.
 *
 * @module
 */
import { clearTimeout, setTimeout } from "node:timers";

/** A connection that is being made. */
export interface StartingConnection {
  readonly endpoint: string;
  readonly options: { readonly socketOptions: { readonly connectTimeout: number } };
  /** Lowered if the node does not know it; the node is then asked again, on a new socket. */
  readonly protocolVersion: number;
  readonly netClient: {
    once(event: "close", listener: () => void): void;
    removeListener(event: "close", listener: () => void): void;
  };
  /** Says hello once there is a socket, and proves who it is. */
  startup(callback: (error?: unknown) => void): void;
  /** Fails everything that waits for an answer. */
  clearAndInvokePending(error: Error): void;
}

/** As long as the driver waits for a single answer. */
const LONGEST_MS = 12_000;
/** The most addresses to remember: the addresses of pods that are gone do not come back. */
const MAX_LATE = 1_000;

/**
 * The bound doubles with each handshake in a row that an address does not finish in time: a node that is slow to
 * answer, as when everybody connects to it again, is reached in the end.
 *
 * @param prototype of all connections of the process
 */
export function boundHandshake(prototype: StartingConnection): void {
  const { startup } = prototype;
  /** How many were not over in time, by address. */
  const late = new Map<string, number>();
  function noteLate(endpoint: string, count: number): void {
    late.delete(endpoint);
    late.set(endpoint, count);
    const [oldest] = late.keys();
    if (late.size > MAX_LATE) late.delete(oldest!);
  }
  prototype.startup = function (callback) {
    const { endpoint, netClient, protocolVersion, options: { socketOptions } } = this;
    const lateBefore = late.get(endpoint) ?? 0;
    const boundMs = Math.min(socketOptions.connectTimeout * 2 ** lateBefore, LONGEST_MS);
    let isOver = false;
    const end = (error?: unknown) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (error === undefined || error === null) late.delete(endpoint);
      netClient.removeListener("close", onClose);
      callback(error);
    };
    const giveUp = (reason: string) => {
      const error = new Error(reason);
      this.clearAndInvokePending(error);
      end(error);
    };
    const onClose = () => {
      if (this.protocolVersion !== protocolVersion) return;
      giveUp("The connection was closed before the handshake was over");
    };
    const timer = setTimeout(() => {
      noteLate(endpoint, lateBefore + 1);
      giveUp(`The handshake was not over after ${boundMs} ms`);
    }, boundMs);
    netClient.once("close", onClose);
    startup.call(this, end);
  };
}
