/**
 * What a guardrail is. Each is a file in a room of `rules/`, and a line in the table of `guardrails.ts`: a way to use
 * Cassandra, or to expose it, that works in a test and hurts in production.
 *
 * @module
 */
import type { Consistency, Query } from "../catalog/query.ts";
import type { Span } from "../catalog/text/source.ts";
import type { PreparedQuery } from "../db/prepare/prepared_query.ts";
import type { Replication } from "../db/schema/replication.ts";
import type { TableDetails } from "../db/schema/table_details.ts";
import type { BaseOf, TenantColumns } from "./tenant_columns.ts";

/** An error is refused; a warning is only reported. */
export type Severity = "error" | "warning";

/** What the documentation says about a guardrail. */
export interface GuardrailText {
  /** What it finds, as a phrase: `a SELECT with ALLOW FILTERING`. */
  readonly finds: string;
  /** What that costs on a real cluster. */
  readonly cost: string;
  /** What to do instead. */
  readonly instead: string;
  /** The page of Cassandra's documentation, or the standard, that it comes from. */
  readonly source: string;
}

export interface QueryGuardrail extends GuardrailText {
  readonly about: "query";
  readonly severity: Severity;
  readonly inspect: (inspected: InspectedQuery) => readonly Place[];
}

/** A warning about the keyspace: it belongs to no query, and no query can waive it. */
export interface KeyspaceGuardrail extends GuardrailText {
  readonly about: "keyspace";
  readonly severity: "warning";
  /** What is wrong with each part of it. */
  readonly inspect: (keyspace: InspectedKeyspace) => readonly string[];
}

export type Guardrail = QueryGuardrail | KeyspaceGuardrail;

/** Where a guardrail is hit, and what is there. */
export interface Place {
  readonly span: Span;
  /** What is wrong, such as `Cannot filter without an index`. */
  readonly message: string;
}

export interface InspectedQuery {
  readonly query: Query;
  /** Every query of the project. */
  readonly queries: readonly Query[];
  /** The name of the table that a view is of, whose rows it has; any other name as it is. */
  readonly baseOf: BaseOf;
  /** Of every query of the project, by the names of base tables. */
  readonly tenantColumns: TenantColumns;
  /** What the cluster says about the query; null if it was not asked. */
  readonly schema: QuerySchema | null;
}

export interface QuerySchema {
  readonly prepared: PreparedQuery;
  /** The table of each write of a batch; for any other statement, its only table. */
  readonly tables: readonly (TableDetails | null)[];
  /** The level of queries that do not name one. */
  readonly consistency: Consistency;
}

export interface InspectedKeyspace {
  readonly name: string;
  readonly replication: Replication;
}
