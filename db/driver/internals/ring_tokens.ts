/**
 * Which tokens a node has, and which token a partition has. The driver knows this, but does not offer it. Read
 * against cassandra-driver 4.10.0, `lib/control-connection.js` and `lib/metadata/index.js`. The driver mixes up racks
 * of several data centres when it places replicas, so it is not asked for them.
 *
 * @module
 */
import type cassandra from "cassandra-driver";
import type { Buffer } from "node:buffer";

interface Token {
  getValue(): { toString(): string };
}

interface RingMetadata {
  readonly tokenizer?: { readonly constructor: { readonly name: string } };
  readonly keyspaces: Readonly<
    Record<string, {
      /** Null for virtual keyspaces. */
      readonly strategy: string | null;
      readonly strategyOptions?: Readonly<Record<string, string>> | null;
    }>
  >;
  newToken(routingKey: Buffer): Token;
}

function ringOf(client: cassandra.Client): RingMetadata {
  return client.metadata as unknown as RingMetadata;
}

/** Whether tokens come from `Murmur3Partitioner`, the only partitioner that is understood here. */
export function hasMurmurTokens(client: cassandra.Client): boolean {
  return ringOf(client).tokenizer?.constructor.name === "Murmur3Tokenizer";
}

/** Null while the driver does not know them. */
export function ringTokensOf(host: cassandra.Host): readonly string[] | null {
  return (host as unknown as { readonly tokens: readonly string[] | null }).tokens ?? null;
}

/** The token of a partition, by the bytes that the partitioner hashes. */
export function tokenOf(client: cassandra.Client, routingKey: Buffer): bigint {
  return BigInt(ringOf(client).newToken(routingKey).getValue().toString());
}

/** The class of a keyspace's replication and its options, as the driver last heard of them. */
export function replicationOf(
  client: cassandra.Client,
  keyspace: string,
): { readonly strategy: string; readonly options: Readonly<Record<string, string>> } | null {
  const known = ringOf(client).keyspaces[keyspace];
  if (known === undefined || typeof known.strategy !== "string") return null;
  return { strategy: known.strategy, options: known.strategyOptions ?? {} };
}
