/**
 * The process and the resources it uses, as Prometheus metrics. Only what the runtime can tell: the open
 * descriptors and the virtual size of a process are in `/proc`, which the runtime closes to a service with few
 * permissions.
 *
 * @module
 */
import process from "node:process";
import prometheus from "prom-client";

/** When the process started, in seconds since 1970. */
const STARTED_AT = performance.timeOrigin / 1000;

/** @param release the version of the service */
export function registerProcessMetrics(register: prometheus.Registry, release: string): void {
  const registers = [register];
  let counted = 0;
  new prometheus.Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time that the process has used, its own and the kernel's",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      const seconds = (user + system) / 1e6;
      this.inc(Math.max(0, seconds - counted));
      counted = seconds;
    },
  });
  gauge(
    "process_start_time_seconds",
    "Start of the process, in seconds since 1970",
    () => STARTED_AT,
  );
  gauge(
    "process_resident_memory_bytes",
    "Memory of the process that is in RAM",
    () => Deno.memoryUsage().rss,
  );
  gauge(
    "cqlgate_heap_bytes",
    "JavaScript heap that V8 has reserved",
    () => Deno.memoryUsage().heapTotal,
  );
  gauge("cqlgate_heap_used_bytes", "JavaScript heap in use", () => Deno.memoryUsage().heapUsed);
  gauge(
    "cqlgate_external_memory_bytes",
    "Memory of buffers outside the JavaScript heap, as V8 counts it",
    () => Deno.memoryUsage().external,
  );
  new prometheus.Gauge({
    name: "cqlgate_build_info",
    help: "Always 1; its labels say which release runs, and on which runtime",
    labelNames: ["version", "deno", "v8"],
    registers,
  }).set({ version: release, deno: Deno.version.deno, v8: Deno.version.v8 }, 1);

  function gauge(name: string, help: string, read: () => number): void {
    new prometheus.Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
}
