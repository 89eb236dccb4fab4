/**
 * Ports on this machine: finding a free one, and saying who holds one that is taken.
 *
 * @module
 */
import { hostPort } from "../server/listen/host_port.ts";

/** One end of a TCP connection. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

// Below the range from which Linux and macOS take the ports of outgoing connections, so that none
// of those can take the port between the moment it is found and the moment it is used.
const AT_ONCE = [26_000, 32_000] as const;
const LATER = [20_000, 26_000] as const;
const AMONG_NODES = [16_000, 20_000] as const;

/** A port on which nothing listens, on any of the hosts, to be used at once. Default: `127.0.0.1`. */
export function freePort(...hostnames: readonly string[]): number {
  return findPort(AT_ONCE, hostnames);
}

/**
 * Like `freePort`, for a port that is used after a while, as by a JVM that starts, or stays free: meanwhile, it is not
 * given to those who look for one to use at once, which is far more often.
 */
export function freePortForLater(...hostnames: readonly string[]): number {
  return findPort(LATER, hostnames);
}

/**
 * Like `freePortForLater`, for what nodes say to each other. A node is given this port and one for its clients before it
 * uses either, so that they must never be the same.
 */
export function freePortAmongNodes(...hostnames: readonly string[]): number {
  return findPort(AMONG_NODES, hostnames);
}

function findPort(
  [first, last]: readonly [number, number],
  hostnames: readonly string[],
): number {
  const hosts = hostnames.length === 0 ? ["127.0.0.1"] : hostnames;
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (hosts.every((hostname) => isFree({ hostname, port }))) return port;
  }
  throw new Error(`Cannot find a free port on ${hosts.join(", ")}: 100 attempts were all taken`);
}

/**
 * Resolves when nothing listens on the address.
 *
 * @param advice what to do about it, added to the message
 * @throws {Error} naming the port and, where the system tells, the process that holds it
 */
export async function assertPortFree(address: Address, advice: string): Promise<void> {
  if (isFree(address)) return;
  const owner = await portOwner(address.port);
  throw new Error(
    `Cannot listen on ${hostPort(address)}: the port is taken` +
      `${owner === undefined ? "" : ` by ${owner}`}\n${advice}`,
  );
}

function isFree(address: Address): boolean {
  try {
    Deno.listen(address).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** The process that listens on a port, as `java (pid 4711)`, if lsof is there and may tell. */
async function portOwner(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("lsof", {
      args: ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"],
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    const pid = /^p(\d+)$/m.exec(text)?.[1];
    const command = /^c(.+)$/m.exec(text)?.[1];
    return pid === undefined ? undefined : `${command ?? "a process"} (pid ${pid})`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
