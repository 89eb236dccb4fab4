/**
 * Observations as log lines: JSON for machines, or text for a terminal. Each request has one line, which
 * says whom it was for; never a token, a cursor or a value.
 *
 * @module
 */
import { configure, dispose, getConsoleSink, type Logger, type Sink } from "@logtape/logtape";
import { CODES } from "../../errors/codes.ts";
import { jsonLineFormatter } from "./json_line.ts";
import { createLineSink } from "./line_sink.ts";
import type { LineWriter } from "./line_writer.ts";
import { createRepeatedLines } from "./repeated_lines.ts";
import { createAuditLines } from "./audit_lines.ts";
import { createClockLines } from "./clock_lines.ts";
import { describeCause, summarizeCause } from "./describe_cause.ts";
import { createAvailabilityLines } from "./availability_lines.ts";
import type { Observation, Observe } from "../observation.ts";
import { collectsSpans } from "../span_collection.ts";
import { prettyFormatter } from "./pretty_line.ts";
import { round } from "./round.ts";
import { withTrace } from "./trace_ids.ts";

export const LOG_CATEGORY = "cqlgate";

export interface LogOptions {
  readonly level: "debug" | "info" | "warning" | "error";
  readonly format: "json" | "pretty";
  /** Whether the runtime exports what is written to the console. Default: it does not. */
  readonly exportsConsole?: boolean;
  /** Where lines of JSON go that the runtime does not export. */
  readonly stdout: LineWriter;
}

/**
 * Sends the process's log lines to stdout, or to the console where the runtime exports that. For the
 * process's entry point alone: a library would decide about its host's log.
 *
 * @returns writes what is still held back, and ends logging
 */
export async function configureLogs(options: LogOptions): Promise<() => Promise<void>> {
  const sink = sinkFor(options);
  await configure({
    sinks: { lines: collectsSpans() ? withTrace(sink) : sink },
    loggers: [
      { category: LOG_CATEGORY, lowestLevel: options.level, sinks: ["lines"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["lines"] },
    ],
    reset: true,
  });
  return dispose;
}

/** The console takes a severity from the method that is called, and puts warnings on stderr. */
function sinkFor({ format, exportsConsole = false, stdout }: LogOptions): Sink {
  if (format === "json") {
    const formatter = jsonLineFormatter(LOG_CATEGORY);
    return exportsConsole ? getConsoleSink({ formatter }) : createLineSink(stdout, { formatter });
  }
  // Colours are for terminals, not for collectors.
  return getConsoleSink({ formatter: prettyFormatter({ colors: !exportsConsole }) });
}

/** Writes observations to a logger. */
export function logObservations(logger: Logger): Observe {
  const isDue = everyMinute();
  const logAudit = createAuditLines(logger, isDue);
  const logClock = createClockLines(logger, isDue);
  const logAvailability = createAvailabilityLines(logger);
  const repeated = createRepeatedLines(logger);
  return (observation) => {
    switch (observation.kind) {
      case "audit":
        return logAudit(observation);
      case "reload":
        return logReload(logger, observation);
      case "clock":
        return logClock(observation);
      case "datacenter":
        return logDatacenter(logger, observation);
      case "availability":
        return logAvailability(observation);
      case "request":
        return logRequest(logger, observation);
      case "bulk":
        return logBulk(logger, observation);
      case "connection":
        return logConnection(logger, observation, isDue);
      case "readiness":
        return observation.ready
          ? logger.info("Ready")
          : logger.warning("Not ready: {reason}", { reason: observation.reason });
      case "routes":
        return logger.info("Serving queries: {count}, prepared in {durationMs} ms", {
          count: observation.queries.length,
          durationMs: Math.round(observation.durationMs),
        });
      case "control":
        return logControl(logger, observation);
      case "schema_drift":
        return logger.warning("Query {query} no longer fits the schema: {detail}", {
          query: observation.query,
          detail: observation.detail,
        });
      case "cassandra_trace":
        return logger.info("Cassandra traced query {query}: session {session}", {
          query: observation.query,
          session: observation.session,
          coordinator: observation.coordinator,
          request_id: observation.requestId,
        });
      case "slow_query":
      case "server_warning":
      case "driver_error":
        return repeated.log(observation);
      case "issuer_keys":
        return logIssuerKeys(logger, observation);
      case "introspection":
        return logIntrospection(logger, observation);
      case "listening":
        return logger.info("Listening on {url}, admin on {adminUrl}", {
          url: observation.url,
          adminUrl: observation.adminUrl,
        });
      case "shutdown":
        repeated.flush();
        return logger.info("Shutting down: {step}", { step: observation.step });
      case "notice":
        return logger.info(literally(observation.message));
      case "warning":
        return logger.warning(literally(observation.message), {
          cause: summarizeCause(observation.cause),
        });
    }
  };
}

/** Asked every second or so. That the service is not ready is a line of its own. */
const PROBES: ReadonlySet<string> = new Set(["/livez", "/readyz"]);

function logRequest(logger: Logger, request: Observation & { kind: "request" }): void {
  const level = PROBES.has(request.route) ? "debug" : levelOf(request);
  const describe = level === "error" ? describeCause : summarizeCause;
  const properties = {
    method: request.method,
    route: request.route,
    ...(request.query === null ? {} : { query: request.query }),
    status: request.status,
    ...(request.completed ? {} : { completed: false }),
    duration_ms: round(request.durationMs),
    cassandra_ms: round(request.cassandraMs),
    request_id: request.requestId,
    iss: request.issuer,
    sub: request.subject,
    client_id: request.clientId,
    ...(request.code === null ? {} : { code: request.code }),
    ...(request.policy === null ? {} : { policy: request.policy }),
    ...(request.cause === undefined ? {} : { cause: describe(request.cause) }),
  };
  const message = "{method} {route} {status} in {duration_ms} ms";
  logger[level](message, properties);
}

/** As the code says; without a code, an upload that broke off. */
function levelOf(
  { code, cause }: Observation & { kind: "request" },
): "info" | "warning" | "error" {
  if (code !== null) return CODES[code].logLevel;
  return cause === undefined ? "info" : "warning";
}

function logBulk(logger: Logger, bulk: Observation & { kind: "bulk" }): void {
  const { query, read, written, failed, stopped, completed, cause } = bulk;
  const properties = {
    query,
    read,
    written,
    failed,
    ...(stopped === null ? {} : { stopped }),
    ...(completed ? {} : { completed }),
    request_id: bulk.requestId,
    ...(cause === undefined ? {} : { cause: summarizeCause(cause) }),
  };
  const message = "{query}: {written} lines of {read} written, {failed} failed";
  if (!completed) logger.warning(`${message}, then the upload broke off`, properties);
  else if (stopped !== null || cause !== undefined) logger.warning(message, properties);
  else logger.info(message, properties);
}

function logControl(logger: Logger, control: Observation & { kind: "control" }): void {
  const { applied, readOnly, queries, callers, cause } = control;
  const properties = { read_only: readOnly, queries, callers };
  if (applied) {
    const off = "read-only: {read_only}, queries off: {queries}, callers off: {callers}";
    return logger.info(`The control file applies; ${off}`, properties);
  }
  logger.error("The control file cannot be used, and what it said before still applies", {
    ...properties,
    cause: summarizeCause(cause),
  });
}

function logReload(logger: Logger, reload: Observation & { kind: "reload" }): void {
  if (!reload.succeeded) {
    const { cause } = reload;
    return logger.error(
      "The changed files cannot be served, and the queries from before still are",
      {
        // The report of mistakes; where they were found is of no use.
        cause: cause instanceof Error ? cause.message : String(cause),
      },
    );
  }
  if (reload.isFirst) return;
  const { added, changed, removed } = reload.changes;
  const counts = "added: {added}, changed: {changed}, removed: {removed}";
  logger.info(`Serving the changed files; ${counts}`, { added, changed, removed });
}

function logConnection(
  logger: Logger,
  connection: Observation & { kind: "connection" },
  isDue: (what: string) => boolean,
): void {
  const { state, hosts, hostsUp, reason, retryInMs } = connection;
  for (const { address, datacenter } of hosts.filter(({ isUp }) => !isUp)) {
    if (!isDue(`unreachable ${address}`)) continue;
    logger.warning("Cassandra's node {address} of {datacenter} is not reachable", {
      address,
      datacenter,
    });
  }
  if (state === "up") return logger.info("Cassandra is up, nodes: {hostsUp}", { hostsUp });
  if (state === "closed") return logger.info("Cassandra's session is closed");
  // It tries every second.
  if (!isDue(`not connected ${reason}`)) return;
  const again = retryInMs === null ? "" : "; trying again in {retryInMs} ms";
  logger.warning(`Cassandra is not connected: {reason}${again}`, { state, reason, retryInMs });
}

function logDatacenter(
  logger: Logger,
  { inUse, isLocal }: Observation & { kind: "datacenter" },
): void {
  if (isLocal) return logger.info("Data centre {datacenter} serves", { datacenter: inUse });
  logger.warning("Failover: data centre {datacenter} serves, as no node of the local one is up", {
    datacenter: inUse,
  });
}

function logIssuerKeys(
  logger: Logger,
  { issuer, fetched, usable, cause }: Observation & { kind: "issuer_keys" },
): void {
  if (fetched) return logger.debug("Got the keys of issuer {issuer}", { issuer });
  const effect = usable ? "its previous keys stay in use" : "none of its tokens can be verified";
  logger.warning(`Cannot get the keys of issuer {issuer}: ${effect}`, {
    issuer,
    cause: summarizeCause(cause),
  });
}

function logIntrospection(
  logger: Logger,
  { issuer, up, cause }: Observation & { kind: "introspection" },
): void {
  if (up) return logger.info("Issuer {issuer} answers about tokens", { issuer });
  logger.warning("Cannot ask issuer {issuer} about tokens: those not seen before are refused", {
    issuer,
    cause: summarizeCause(cause),
  });
}

/** A message that is not a template. */
function literally(message: string): string {
  return message.replaceAll("{", "{{").replaceAll("}", "}}");
}

/** Whether a line was not written in the last minute; there are as many as queries and kinds of warning. */
function everyMinute(): (line: string) => boolean {
  const written = new Map<string, number>();
  return (line) => {
    const now = performance.now();
    const at = written.get(line);
    if (at !== undefined && now - at < 60_000) return false;
    written.set(line, now);
    return true;
  };
}
