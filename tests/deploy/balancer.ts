/**
 * The load balancer that ships with the project, as a process in front of two replicas.
 *
 * @module
 */
import { freePort } from "../../dev/ports.ts";
import { untilReady } from "../support/eventually.ts";

export interface Balancer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/**
 * Starts HAProxy with `deploy/haproxy.cfg` in front of replicas, once they are ready: it takes a server for one that works
 * until its first checks have failed.
 *
 * @param replicas where the replicas listen
 */
export async function startBalancer(replicas: readonly [string, string]): Promise<Balancer> {
  await using stack = new AsyncDisposableStack();
  await Promise.all(replicas.map((url) => untilReady(url)));
  const port = freePort();
  const [first, second] = replicas.map((url) => new URL(url).host);
  const process = new Deno.Command("haproxy", {
    args: ["-db", "-f", "deploy/haproxy.cfg"],
    env: { LISTEN: `127.0.0.1:${port}`, REPLICA_1: first!, REPLICA_2: second! },
    stdout: "null",
    stderr: "null",
  }).spawn();
  stack.defer(async () => {
    process.kill("SIGKILL");
    await process.status;
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url);
  const running = stack.move();
  return { url, port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
