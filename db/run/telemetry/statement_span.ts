/**
 * A client span for each statement, where spans are collected. It has names and numbers, and the text of
 * the statement with its markers; never a value.
 *
 * Source: OpenTelemetry semantic conventions for database client spans, and for Cassandra.
 *
 * @module
 */
import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { collectsSpans } from "../../../observe/span_collection.ts";
import type { StatementCost } from "../../../observe/observation.ts";
import type { CoordinatorInfo } from "../../driver/session.ts";
import type { Attempts } from "../../driver/timing/attempts.ts";
import type { PreparedQuery } from "../../prepare/prepared_query.ts";
import { batchAttributes, failureAttributes, queryAttributes } from "./statement_attributes.ts";

/** How a statement ended. */
export interface StatementEnd {
  /** `ok`, or the code of its error. */
  readonly outcome: string;
  /** The driver's own error. */
  readonly cause: unknown;
  readonly cost: StatementCost;
  readonly attempts: Attempts;
}

export interface StatementSpans {
  /**
   * @param rows how many of them are written together
   * @returns null where nobody collects spans
   */
  start(prepared: PreparedQuery, rows: number): Span | null;
  end(span: Span, end: StatementEnd): void;
}

export function createStatementSpans(
  coordinatorInfo: (address: string) => CoordinatorInfo | null,
): StatementSpans {
  const tracer = trace.getTracer("cqlgate");
  /** The attributes that are the same for each run of a query. */
  const fixed = new WeakMap<PreparedQuery, Attributes>();

  function attributesOf(prepared: PreparedQuery): Attributes {
    let attributes = fixed.get(prepared);
    if (attributes === undefined) fixed.set(prepared, attributes = fixedAttributes(prepared));
    return attributes;
  }

  return {
    start(prepared, rows) {
      if (!collectsSpans()) return null;
      const own = attributesOf(prepared);
      const attributes = rows > 1
        ? { ...batchAttributes(own), "db.operation.batch.size": rows }
        : own;
      return tracer.startSpan(prepared.query.name, { kind: SpanKind.CLIENT, attributes });
    },
    end(span, { outcome, cause, cost, attempts }) {
      const { coordinator, consistency } = attempts;
      span.setAttributes({
        "cqlgate.attempts": cost.attempts,
        "db.response.returned_rows": cost.rowsReceived,
        ...(consistency === null
          ? {}
          : { "cassandra.consistency.level": consistency.toLowerCase() }),
        ...(coordinator === null ? {} : serverAttributes(coordinator, coordinatorInfo)),
      });
      if (outcome !== "ok") {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttributes(failureAttributes(outcome, cause));
      }
      span.end();
    },
  };
}

function fixedAttributes(prepared: PreparedQuery): Attributes {
  return {
    ...queryAttributes(prepared),
    "db.query.text": prepared.query.statement,
    "cassandra.query.idempotent": prepared.idempotent,
  };
}

/** @param coordinator `address:port` */
function serverAttributes(
  coordinator: string,
  coordinatorInfo: (address: string) => CoordinatorInfo | null,
): Attributes {
  const colon = coordinator.lastIndexOf(":");
  const info = coordinatorInfo(coordinator);
  return {
    "server.address": coordinator.slice(0, colon),
    "server.port": Number(coordinator.slice(colon + 1)),
    ...(info === null ? {} : {
      "cassandra.coordinator.id": info.id,
      "cassandra.coordinator.dc": info.datacenter,
    }),
  };
}
