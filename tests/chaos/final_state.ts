/**
 * Reads what a run has left, at ALL, past the gateways: the last reads of its history.
 *
 * @module
 */
import cassandra from "cassandra-driver";
import type { Ring } from "../../dev/cassandra/ring.ts";
import type { Ledger } from "./ledger.ts";
import { pause } from "./pause.ts";
import { PATIENT_SOCKET } from "../support/cassandra/patient_socket.ts";

const { all, serial } = cassandra.types.consistencies;
const PATIENCE_MS = 180_000;

export interface FinalStateOptions {
  readonly keyspace: string;
  readonly ledger: Ledger;
  /** Gives up reading. */
  readonly signal: AbortSignal;
}

/** Adds the last reads to the ledger. Waits for nodes that are not all there yet. */
export async function readFinalState(
  ring: Ring,
  { keyspace, ledger, signal }: FinalStateOptions,
): Promise<void> {
  const [{ contactPoint, localDatacenter }] = ring.nodes;
  const client = new cassandra.Client({
    socketOptions: PATIENT_SOCKET,
    contactPoints: ring.nodes.map((node) => node.contactPoint),
    localDataCenter: localDatacenter,
    keyspace,
    protocolOptions: { port: Number(contactPoint.split(":")[1]) },
  });
  const deadline = Date.now() + PATIENCE_MS;
  async function read(cql: string, values: string[] = [], consistency = all) {
    for (;;) {
      try {
        const startedAt = performance.now();
        const { rows } = await client.execute(cql, values, {
          prepare: true,
          consistency,
          fetchSize: 1_000_000,
        });
        return { rows, startedAt, endedAt: performance.now() };
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(250, signal);
      }
    }
  }
  try {
    await client.connect();
    for (const register of new Set(ledger.versionWrites.map((write) => write.register))) {
      const { rows: [row], ...times } = await read(
        "SELECT version FROM versions WHERE register = ?",
        [register],
      );
      ledger.versionReads.push({ register, version: row?.version ?? null, ...times });
    }
    for (const partition of new Set(ledger.rowWrites.map((write) => write.partition))) {
      const { rows, ...times } = await read("SELECT event FROM events WHERE feed = ?", [partition]);
      ledger.partitionReads.push({ partition, rows: rows.map(({ event }) => event), ...times });
    }
    for (const counter of new Set(ledger.increments.map((increment) => increment.counter))) {
      const { rows: [row], ...times } = await read("SELECT total FROM tallies WHERE tally = ?", [
        counter,
      ]);
      ledger.counterReads.push({ counter, total: Number(row?.total ?? 0), ...times });
    }
    for (const [lease, operations] of ledger.leases) {
      // The first settles a transaction that was broken off; then every replica has the outcome.
      for (const level of [serial, all]) {
        const { rows: [row], ...times } = await read(
          "SELECT holder FROM leases WHERE lease = ?",
          [lease],
          level,
        );
        operations.push({ kind: "read", value: row?.holder ?? null, ...times });
      }
    }
  } finally {
    await client.shutdown();
  }
}
