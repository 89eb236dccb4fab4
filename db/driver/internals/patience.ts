/**
 * How long to wait for a node to prepare a statement while other nodes could do so. A node may answer heartbeats and
 * reads and still be unable to prepare, which writes to its commit log.
 *
 * @module
 */
import { clearTimeout, setTimeout } from "node:timers";
import cassandra from "cassandra-driver";
import type { SendingClient, SendingHost } from "./wire/first_attempt.ts";

const FIRST_MS = 1_000;

/**
 * In milliseconds. It doubles with each node: where all of them are slow, it is not the node.
 *
 * @param nodesBefore how many nodes were waited for before this one
 */
export function patienceMs(nodesBefore: number): number {
  return FIRST_MS * 2 ** nodesBefore;
}

/** Whether work ends within that time, with success or failure. Otherwise it goes on, and nobody hears of its failure. */
export async function isOverWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true, () => true), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param address `address:port`
 * @param ms how long it was waited for
 */
export function slowToPrepare(address: string, ms: number): Error {
  const message = `The host ${address} did not prepare a statement within ${ms} ms`;
  return new cassandra.errors.OperationTimedOutError(message, address);
}

/** The current node, and why each one before it was passed over. */
interface Tried {
  readonly address: string;
  readonly triedHosts: Readonly<Record<string, unknown>>;
}

/**
 * Waits for a node that prepares a statement again, but not long while there is another one.
 *
 * @throws as the work does, or the driver's `OperationTimedOutError`
 */
export async function unlessAnotherMay(
  client: cassandra.Client,
  { address, triedHosts }: Tried,
  work: Promise<void>,
): Promise<void> {
  // The driver has noted by now that the node itself has forgotten the statement.
  const nodesBefore = Object.keys(triedHosts).filter((tried) => tried !== address).length;
  const ms = patienceMs(nodesBefore);
  const isOver = await isOverWithin(ms, work);
  const { profileManager } = client as unknown as SendingClient;
  const hosts = client.hosts.values() as unknown as SendingHost[];
  const isOther = (host: SendingHost) =>
    host.address !== address && !(host.address in triedHosts) && host.isUp() &&
    profileManager.getDistance(host) !== cassandra.types.distance.ignored;
  if (!isOver && hosts.some(isOther)) throw slowToPrepare(address, ms);
  await work;
}
