/**
 * How long statements take, as OpenTelemetry's conventions name it, for tools that know that name. It is recorded only
 * where the runtime exports metrics, and has no address of a node: queries times nodes are more series than an
 * exporter keeps. Spans have the node.
 *
 * Source: OpenTelemetry semantic conventions for database client metrics.
 *
 * @module
 */
import { type Attributes, createNoopMeter, metrics } from "@opentelemetry/api";
import type { PreparedQuery } from "../../prepare/prepared_query.ts";
import { batchAttributes, failureAttributes, queryAttributes } from "./statement_attributes.ts";

/** A statement that is over. */
export interface EndedOperation {
  readonly durationMs: number;
  /** How many rows were written together. */
  readonly rows: number;
  /** `ok`, or the code of its error. */
  readonly outcome: string;
  /** The driver's own error. */
  readonly cause: unknown;
}

export type RecordOperation = (prepared: PreparedQuery, operation: EndedOperation) => void;

/** Seconds, as the conventions have them. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** @returns null where nothing collects metrics */
export function createOperationRecorder(): RecordOperation | null {
  const meter = metrics.getMeter("cqlgate");
  if (meter === createNoopMeter()) return null;
  const histogram = meter.createHistogram("db.client.operation.duration", {
    description: "Duration of database client operations",
    unit: "s",
    advice: { explicitBucketBoundaries: BUCKETS },
  });
  /** The attributes that are the same for each run of a query. */
  const fixed = new WeakMap<PreparedQuery, Attributes>();

  return (prepared, { durationMs, rows, outcome, cause }) => {
    let own = fixed.get(prepared);
    if (own === undefined) fixed.set(prepared, own = queryAttributes(prepared));
    if (rows > 1) own = batchAttributes(own);
    if (outcome !== "ok") own = { ...own, ...failureAttributes(outcome, cause) };
    histogram.record(durationMs / 1000, own);
  };
}
