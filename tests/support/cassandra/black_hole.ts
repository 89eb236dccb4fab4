/**
 * An address that swallows what is sent to it, as a firewall does that drops packets, or a node whose machine
 * has lost its network: a connection to it is neither made nor refused.
 *
 * It listens and accepts nothing. Once its queue is full, the kernel drops every further attempt: listen(2).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { eventually } from "../eventually.ts";

interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** A connection on one machine mostly takes less: the kernel is asked about those that take longer. */
const USUAL_MS = 200;

/** Resolves once it swallows. When it is disposed, nothing listens there any more. */
export async function openBlackHole(address: Address): Promise<Disposable> {
  const listener = Deno.listen(address);
  const queue: Deno.TcpConn[] = [];
  for (;;) {
    const connecting = Deno.connect(address);
    const connection = await connectionUnlessDropped(connecting, address);
    if (connection === null) {
      // Ends with the listener, one way or the other.
      connecting.then((late) => late.close(), () => {});
      break;
    }
    queue.push(connection);
  }
  return {
    [Symbol.dispose]() {
      listener.close();
      for (const connection of queue) connection.close();
    },
  };
}

/** Null once the kernel has dropped the attempt to connect, however slow the machine is. */
async function connectionUnlessDropped(
  connecting: Promise<Deno.TcpConn>,
  address: Address,
): Promise<Deno.TcpConn | null> {
  let connection: Deno.TcpConn | null = null;
  const made = connecting.then((given) => connection = given);
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([made, new Promise((resolve) => timer = setTimeout(resolve, USUAL_MS))]);
  clearTimeout(timer);
  await eventually(
    "the connection is made, or dropped",
    async () => connection !== null || await isDropped(address),
  );
  return connection;
}

/**
 * Whether an attempt to connect was repeated, as nothing had come back: `SYN_SENT`, with a retransmission.
 * Source: the Linux kernel's Documentation/networking/proc_net_tcp.rst. Where there is no such file, the time decides.
 */
async function isDropped({ hostname, port }: Address): Promise<boolean> {
  const file = await Deno.readTextFile("/proc/net/tcp").catch(() => null);
  if (file === null) return true;
  const host = Buffer.from(hostname.split(".").map(Number).reverse()).toString("hex");
  const remote = `${host}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
  return file.split("\n").map((line) => line.trim().split(/\s+/)).some((fields) =>
    fields[2] === remote && fields[3] === "02" && Number.parseInt(fields[6]!, 16) > 0
  );
}
