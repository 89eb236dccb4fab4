/**
 * The program that probes a service: it asks for `/livez` at a fixed rate, each time by a connection of
 * its own as a load balancer does, and prints a line of JSON for each answer. It is a process of its own,
 * since a test that makes megabytes of input would blame its own pauses on the service.
 *
 * A machine that is short of processors makes everything late. The kernel says how long a thread was
 * ready to run and had to wait (`schedstat`): that time, of the service and of the prober, is not the
 * service's fault. Where the kernel does not say, nothing is subtracted.
 *
 * Nor is a slow machine the service's fault. Beside each probe stands how long some work took that is always the same.
 *
 * @module
 */

/** The outcome of one probe. Times are in milliseconds. */
export interface Probe {
  /** Since 1970. */
  readonly startedAt: number;
  /** From the attempt to connect to the last byte of the answer. */
  readonly durationMs: number;
  /** Of it, how long the service and the prober waited for a processor. */
  readonly starvedMs: number;
  /** How long {@link work} took, before the probe, without what the prober waited for a processor. */
  readonly workMs: number;
  /** What was wrong with the answer; null if it was right. */
  readonly failure: string | null;
}

/** Between the end of a probe and the beginning of the next one. */
const PAUSE_MS = 20;
/** A service that takes longer is as good as dead, on whatever machine. */
const GIVE_UP_MS = 40_000;

/** A millisecond or two of a processor that nobody else needs. */
const WORK = { times: 4, text: JSON.stringify(Array.from({ length: 20_000 }, (_, n) => n)) };

async function main(url: URL, pid: number): Promise<void> {
  const encoder = new TextEncoder();
  while (true) {
    const probe = await measure(url, pid);
    await Deno.stdout.write(encoder.encode(`${JSON.stringify(probe)}\n`));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function measure(url: URL, pid: number): Promise<Probe> {
  const workMs = work();
  const startedAt = Date.now();
  const begin = performance.now();
  const starved = starvation(pid) + starvation(Deno.pid);
  const failure = await failureOf(url);
  return {
    startedAt,
    durationMs: performance.now() - begin,
    starvedMs: starvation(pid) + starvation(Deno.pid) - starved,
    workMs,
    failure,
  };
}

function work(): number {
  const starved = starvation(Deno.pid);
  const begin = performance.now();
  for (let time = 0; time < WORK.times; time++) JSON.parse(WORK.text);
  return performance.now() - begin - (starvation(Deno.pid) - starved);
}

async function failureOf(url: URL): Promise<string | null> {
  let connection: Deno.Conn | null = null;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection?.close();
  }, GIVE_UP_MS);
  try {
    connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    const head = `GET /livez HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const answer = await new Response(connection.readable).text();
    connection = null;
    return answer.startsWith("HTTP/1.1 200 ") ? null : `answered ${answer.slice(0, 40)}`;
  } catch (error) {
    return isLate ? `nothing within ${GIVE_UP_MS} ms` : String(error);
  } finally {
    clearTimeout(timer);
    if (!isLate) connection?.close();
  }
}

/**
 * How long the main thread of a process has waited for a processor, in milliseconds.
 * Source: the Linux kernel's Documentation/scheduler/sched-stats.rst, `/proc/<pid>/schedstat`.
 */
function starvation(pid: number): number {
  try {
    const [, waited] = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ");
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

if (import.meta.main) {
  const [url = "", pid = ""] = Deno.args;
  await main(new URL(url), Number(pid));
}
