/**
 * How busy the process is: how many requests it serves and may serve, how many wait, and how many were shed.
 *
 * @module
 */
import prometheus from "prom-client";
import type { LoadReading } from "../readings.ts";

/** Of the answers that refuse a request for the load. */
const SHED_CODES = ["too_busy", "too_many_in_flight", "too_many_streams"] as const;

const KINDS = ["stream", "upload"] as const;

/** @param read what holds now; null before the service is put together */
export function registerLoadMetrics(
  register: prometheus.Registry,
  read: () => LoadReading | null,
): void {
  const registers = [register];
  gauge("cqlgate_load_limit", {
    help: "Point requests that may be served at once, as the limit has adapted",
    read: ({ limit }) => limit,
  });
  gauge("cqlgate_load_in_flight", {
    help: "Point requests that are being served and count against the limit",
    read: ({ served }) => served,
  });
  gauge("cqlgate_load_queued", {
    help: "Point requests that wait until they may be served",
    read: ({ queued }) => queued,
  });
  gauge("cqlgate_load_held", {
    help: "Refusals that are held back so that they do not take the time of answers",
    read: ({ held }) => held,
  });
  gauge("cqlgate_load_unread_bytes", {
    help:
      "Bytes of answers, other than streams, that are waiting to be read by their callers: of large ones, and over HTTP/2 of those above 4 KiB",
    read: ({ unreadBytes }) => unreadBytes,
  });
  new prometheus.Gauge({
    name: "cqlgate_load_streams",
    help: "Streams that are being written, and uploads that are being read",
    labelNames: ["kind"],
    registers,
    collect() {
      const reading = read();
      for (const kind of KINDS) this.set({ kind }, reading?.streams[kind] ?? 0);
    },
  });
  new prometheus.Counter({
    name: "cqlgate_load_shed_total",
    help: "Requests that were refused because too much was in progress, by the code of the answer",
    labelNames: ["code"],
    registers,
    collect() {
      const shed = read()?.shed;
      this.reset();
      for (const code of SHED_CODES) this.inc({ code }, shed?.[code] ?? 0);
    },
  });

  function gauge(
    name: string,
    options: { readonly help: string; readonly read: (reading: LoadReading) => number },
  ): void {
    new prometheus.Gauge({
      name,
      help: options.help,
      registers,
      collect() {
        const reading = read();
        this.set(reading === null ? 0 : options.read(reading));
      },
    });
  }
}
