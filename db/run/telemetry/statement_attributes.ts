/**
 * What telemetry says of a statement: names and codes, and never a value. Its span and its duration have them.
 *
 * Source: OpenTelemetry semantic conventions for database clients, and for Cassandra.
 *
 * @module
 */
import type { Attributes } from "@opentelemetry/api";
import type { PreparedQuery } from "../../prepare/prepared_query.ts";

/** The attributes of each statement of a query. The name that the team gave the query is the summary. */
export function queryAttributes({ query, statement }: PreparedQuery): Attributes {
  return {
    "db.system.name": "cassandra",
    "db.operation.name": query.verb.toUpperCase(),
    "db.query.summary": query.name,
    ...(statement.keyspace === null ? {} : { "db.namespace": statement.keyspace }),
    ...(statement.table === null ? {} : { "db.collection.name": statement.table }),
  };
}

/** The same for several rows that are written together. */
export function batchAttributes(own: Attributes): Attributes {
  return { ...own, "db.operation.name": `BATCH ${own["db.operation.name"]}` };
}

/**
 * The attributes of a statement that failed.
 *
 * @param outcome the code of its error
 * @param cause the driver's own error
 */
export function failureAttributes(outcome: string, cause: unknown): Attributes {
  const status = statusCodeOf(cause);
  return {
    "error.type": outcome,
    ...(status === null ? {} : { "db.response.status_code": status }),
  };
}

/** The code of Cassandra's own error (native protocol v4, section 9); null if it sent none. */
function statusCodeOf(cause: unknown): string | null {
  return cause instanceof Error && "code" in cause && typeof cause.code === "number"
    ? String(cause.code)
    : null;
}
