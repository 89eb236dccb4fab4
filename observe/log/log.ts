/**
 * Observations as log lines: JSON for machines, or text for a terminal. Each request has one line, which says
 * who made it. No line has a token, a cursor or a value.
 *
 * @module
 */
import {
  compareLogLevel,
  configure,
  dispose,
  getConsoleSink,
  type Logger,
  type Sink,
} from "@logtape/logtape";
import { jsonLineFormatter } from "./json_line.ts";
import { createLineSink, type LineSink } from "./line_sink.ts";
import type { LineWriter } from "./line_writer.ts";
import { createRepeatedLines } from "./repeated_lines.ts";
import { createAuditLines } from "./audit_lines.ts";
import { createClockLines } from "./clock_lines.ts";
import { summarizeCause } from "./describe_cause.ts";
import { createAvailabilityLines } from "./availability_lines.ts";
import type { ObservationOf, Observe } from "../observation.ts";
import { collectsSpans } from "../span_collection.ts";
import { prettyFormatter } from "./pretty_line.ts";
import {
  createRequestLine,
  REQUEST_MESSAGE,
  requestFields,
  requestLevel,
  type RequestObservation,
} from "./request_line.ts";
import { withTrace } from "./trace_ids.ts";

export const LOG_CATEGORY = "cqlgate";

export interface LogOptions {
  readonly level: "debug" | "info" | "warning" | "error";
  readonly format: "json" | "pretty";
  /** Whether the runtime exports the text of the console. Default: it does not. */
  readonly exportsConsole?: boolean;
  /** Where lines of JSON go that the runtime does not export. */
  readonly stdout: LineWriter;
}

/** The log of a process. */
export interface Logs {
  /** Writes the lines that are still held back, and ends logging. */
  readonly flush: () => Promise<void>;
  /** Logs a request; null where a line of it needs more than its observation says. */
  readonly logRequest: LogRequest | null;
}

export type LogRequest = (request: RequestObservation) => void;

/**
 * Sends the process's log lines to stdout, or to the console if the runtime exports that. Only the process's
 * entry point may call it: a library should not decide about its host's log.
 */
export async function configureLogs(options: LogOptions): Promise<Logs> {
  const lines = options.format === "json" && options.exportsConsole !== true
    ? createLineSink(options.stdout, { formatter: jsonLineFormatter(LOG_CATEGORY) })
    : null;
  const sink = lines ?? consoleSink(options);
  const isTraced = collectsSpans();
  await configure({
    sinks: { lines: isTraced ? withTrace(sink) : sink },
    loggers: [
      { category: LOG_CATEGORY, lowestLevel: options.level, sinks: ["lines"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["lines"] },
    ],
    reset: true,
  });
  const logRequest = lines === null || isTraced ? null : requestLogger(lines, options.level);
  return { flush: dispose, logRequest };
}

function requestLogger(lines: LineSink, lowest: LogOptions["level"]): LogRequest {
  const lineOf = createRequestLine(LOG_CATEGORY);
  return (request) => {
    const level = requestLevel(request);
    if (compareLogLevel(level, lowest) < 0) return;
    lines.line(lineOf(request, Date.now()), { isUrgent: level === "error" });
  };
}

/** The console takes a severity from the method that is called, and puts warnings on stderr. */
function consoleSink({ format, exportsConsole = false }: LogOptions): Sink {
  return getConsoleSink({
    formatter: format === "json"
      ? jsonLineFormatter(LOG_CATEGORY)
      // Colours are for terminals, not for collectors.
      : prettyFormatter({ colors: !exportsConsole }),
  });
}

/**
 * Writes observations to a logger.
 *
 * @param options `logRequest` takes observations of requests instead
 */
export function logObservations(
  logger: Logger,
  { logRequest = null }: { readonly logRequest?: LogRequest | null } = {},
): Observe {
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
        return logRequest === null ? logRequestTo(logger, observation) : logRequest(observation);
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
      case "cassandra_trace":
        return logger.info("Cassandra traced query {query}: session {session}", {
          query: observation.query,
          session: observation.session,
          coordinator: observation.coordinator,
          request_id: observation.requestId,
        });
      case "slow_query":
      case "schema_drift":
      case "server_warning":
      case "driver_error":
        return repeated.log(observation);
      case "issuer_keys":
        return logIssuerKeys(logger, observation, isDue);
      case "introspection":
        return logIntrospection(logger, observation);
      case "listening":
        return logger.info("Listening on {url}, admin on {adminUrl}, project in {project}", {
          url: observation.url,
          adminUrl: observation.adminUrl,
          project: observation.project,
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

function logRequestTo(logger: Logger, request: RequestObservation): void {
  logger[requestLevel(request)](REQUEST_MESSAGE, requestFields(request));
}

function logBulk(logger: Logger, bulk: ObservationOf<"bulk">): void {
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

function logControl(logger: Logger, control: ObservationOf<"control">): void {
  const { applied, readOnly, queries, callers, cause } = control;
  const properties = { read_only: readOnly, queries, callers };
  if (applied) {
    const off = "read-only: {read_only}, queries off: {queries}, callers off: {callers}";
    return logger.info(`The control file applies; ${off}`, properties);
  }
  logger.error("The control file cannot be used; its previous content still applies", {
    ...properties,
    cause: summarizeCause(cause),
  });
}

function logReload(logger: Logger, reload: ObservationOf<"reload">): void {
  if (!reload.succeeded) {
    const { cause } = reload;
    return logger.error(
      "The changed files cannot be served; the previous queries still are",
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
  connection: ObservationOf<"connection">,
  isDue: (what: string) => boolean,
): void {
  const { state, hosts, hostsUp, reason, retryInMs } = connection;
  for (const { address, datacenter } of hosts.filter(({ isUp }) => !isUp)) {
    if (!isDue(`unreachable ${address}`)) continue;
    logger.warning("Cassandra node {address} in {datacenter} is not reachable", {
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
  { inUse, isLocal }: ObservationOf<"datacenter">,
): void {
  if (isLocal) return logger.info("Data centre {datacenter} serves", { datacenter: inUse });
  logger.warning("Failover: data centre {datacenter} serves, because no local node is up", {
    datacenter: inUse,
  });
}

function logIssuerKeys(
  logger: Logger,
  { issuer, fetched, usable, cause }: ObservationOf<"issuer_keys">,
  isDue: (what: string) => boolean,
): void {
  if (fetched) return logger.debug("Fetched the keys of issuer {issuer}", { issuer });
  // It tries every two seconds while tokens come.
  if (!isDue(`keys ${issuer} ${usable}`)) return;
  const effect = usable ? "its previous keys stay in use" : "none of its tokens can be verified";
  logger.warning(`Cannot get the keys of issuer {issuer}: ${effect}`, {
    issuer,
    cause: summarizeCause(cause),
  });
}

function logIntrospection(
  logger: Logger,
  { issuer, up, cause }: ObservationOf<"introspection">,
): void {
  if (up) return logger.info("Issuer {issuer} answers about tokens", { issuer });
  logger.warning("Cannot ask issuer {issuer} about tokens: new tokens are refused", {
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
