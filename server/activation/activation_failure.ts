/**
 * Why a project cannot be served, for those who may know more and those who may know less.
 *
 * @module
 */
import { CatalogError } from "../../catalog/text/diagnose.ts";
import type { Preparation } from "../../db/prepare/prepare_queries.ts";
import { MigrationError, MigrationsPending } from "../../db/migrate/files/migrations.ts";
import { GuardrailError } from "../../guardrails/guardrail_error.ts";

/** Of queries that no longer fit, while others follow the schema. */
export const SOME_UNCHANGED =
  "Some routes are unchanged: their queries do not fit the cluster's current schema";

export interface ActivationFailure {
  /** The whole story, for the operator. */
  readonly reason: string;
  /** What anybody may know: nothing of the schema or of the queries. */
  readonly summary: string;
  /** Whether the cluster has answered, and what it has does not fit; else it could not be asked. */
  readonly isAboutSchema: boolean;
  /** Whether all that is missing is `migrate`. */
  readonly awaitsMigrations: boolean;
}

export function failureOf(error: unknown): ActivationFailure {
  const reason = error instanceof Error ? error.message : String(error);
  const summary = summaryOf(error);
  return {
    reason,
    summary: summary ?? "Cassandra cannot be asked for its schema",
    isAboutSchema: summary !== null,
    awaitsMigrations: error instanceof MigrationsPending,
  };
}

/** Null if it is not about the schema. */
function summaryOf(error: unknown): string | null {
  if (error instanceof MigrationError) {
    return "the cluster has another schema version than it needs";
  }
  if (error instanceof GuardrailError) return "its queries hit a guardrail";
  if (error instanceof CatalogError) return "its queries do not fit the schema of the cluster";
  return null;
}

/** What has become of the routes that are served, where no others could be derived. */
export function explain(
  { isBehind, isAboutSchema }: { readonly isBehind: boolean; readonly isAboutSchema: boolean },
): string {
  if (isBehind) return "The routes are unchanged: the changed files cannot be served";
  return isAboutSchema
    ? "The routes are unchanged: they cannot be derived from the cluster's current schema"
    : "The routes are unchanged: the cluster's schema could not be read";
}

/** @returns the same error as before if nothing has changed, so that it is logged once */
export function unfitOf({ unfit }: Preparation, before: CatalogError | null): CatalogError | null {
  if (unfit.length === 0) return null;
  const error = new CatalogError(unfit);
  return error.message === before?.message ? before : error;
}
