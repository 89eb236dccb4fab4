/**
 * What a query needs of the cluster: a level in each keyspace that it touches.
 *
 * @module
 */
import type { Consistency } from "../../catalog/query.ts";
import { tablesOf } from "../../catalog/statement/names_of.ts";
import type { PreparedQuery } from "../prepare/prepared_query.ts";

/** A level that the replicas of a keyspace have to reach. */
export interface Level {
  readonly keyspace: string;
  readonly consistency: Consistency;
}

/** Where a query says nothing. */
export interface LevelDefaults {
  readonly keyspace: string | null;
  readonly consistency: Consistency;
}

/**
 * Its own level, or the default. A lightweight transaction needs its serial level, too. If only the serial
 * level could be reached, the transaction would be decided, and its outcome would be unknown.
 */
export function levelsOf(
  { query, statement }: Pick<PreparedQuery, "query" | "statement">,
  defaults: LevelDefaults,
): Level[] {
  const { level, serial } = query.consistency;
  const consistencies = new Set([
    counted(level ?? defaults.consistency),
    // What Cassandra takes where nothing is said.
    ...query.conditional ? [counted(serial ?? "SERIAL")] : [],
  ]);
  return keyspacesOf({ query, statement }, defaults.keyspace).flatMap((keyspace) =>
    [...consistencies].map((consistency) => ({ keyspace, consistency }))
  );
}

/**
 * Whether it concerns transactions that are decided in one data centre: another data centre knows nothing of
 * them, and would decide again.
 */
export function isLocallySerial(
  { consistency: { level, serial }, conditional }: PreparedQuery["query"],
  { consistency }: Pick<LevelDefaults, "consistency">,
): boolean {
  return (level ?? consistency) === "LOCAL_SERIAL" || conditional && serial === "LOCAL_SERIAL";
}

/** A serial level counts replicas as the quorum of the same name does. */
function counted(level: Consistency): Consistency {
  if (level === "SERIAL") return "QUORUM";
  return level === "LOCAL_SERIAL" ? "LOCAL_QUORUM" : level;
}

function keyspacesOf(
  { query: { parsed }, statement }: Pick<PreparedQuery, "query" | "statement">,
  keyspace: string | null,
): string[] {
  const names = parsed.kind === "opaque"
    ? [statement.keyspace]
    : tablesOf(parsed).map((table) => table.keyspace?.name ?? keyspace);
  return [...new Set(names.filter((name) => name !== null))];
}
