/**
 * Asks each node for what only that node knows, such as what it has built.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import { CONSISTENCY_CODES } from "./consistency.ts";
import { isRefusal } from "../failures/refusal.ts";

export interface NodeAnswer {
  /** `address:port`. */
  readonly address: string;
  /** Null if it did not answer. */
  readonly rows: readonly Readonly<Record<string, unknown>>[] | null;
}

const TIMEOUT_MS = 5_000;

/**
 * @param cql reads a table that each node has for itself
 * @param options.datacenter whose nodes are asked; null for every data centre
 * @returns the answer of each node that is up, as far as the driver knows
 * @throws the driver's error if a node refuses the statement
 */
export async function askEachNode(
  client: cassandra.Client,
  cql: string,
  { values, datacenter }: {
    readonly values: readonly string[];
    readonly datacenter: string | null;
  },
): Promise<NodeAnswer[]> {
  const hosts = client.hosts.values()
    .filter((host) => datacenter === null || host.datacenter === datacenter)
    .filter((host) => host.isUp());
  return await Promise.all(hosts.map(async (host) => {
    const { address } = host;
    try {
      const { rows } = await client.execute(cql, [...values], {
        host,
        readTimeout: TIMEOUT_MS,
        consistency: CONSISTENCY_CODES.LOCAL_ONE,
        isIdempotent: true,
      });
      return { address, rows: rows as unknown as readonly Record<string, unknown>[] };
    } catch (error) {
      if (isRefusal(error)) throw error;
      return { address, rows: null };
    }
  }));
}
