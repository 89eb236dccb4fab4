/**
 * Carries out a plan of faults on the nodes of a ring, and notes when each began, when it was over and
 * when the nodes served again.
 *
 * @module
 */
import type { LocalCassandra } from "../../../dev/cassandra/cassandra.ts";
import type { Ring } from "../../../dev/cassandra/ring.ts";
import { pause } from "../pause.ts";
import type { PlannedFault } from "./fault_plan.ts";

export interface CarriedOutFault extends PlannedFault {
  readonly startedAt: number;
  /** When its nodes were thawed, or begun to be started. */
  readonly liftedAt: number;
  /** When its nodes answered CQL again. */
  readonly servingAt: number;
  /** When they were back for each other and for the gateways. */
  readonly backAt: number;
}

/**
 * For how long a node that has started does not follow its tables' settings: Cassandra's
 * `read_request_timeout`, and a moment. Until then it takes half of that to ask another replica in place of
 * a dead one, which is as long as a request may take.
 *
 * Source: Cassandra 5.0, `ColumnFamilyStore.sampleReadLatencyMicros` and
 * `CassandraDaemon.SPECULATION_THRESHOLD_UPDATER`.
 */
const SETTLING_MS = 5_500;

export interface CarryOutOptions {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Resolves when every node is back: a fault before that would be the second at once. */
  readonly untilBack: () => Promise<void>;
}

export async function carryOut(
  ring: Ring,
  plan: readonly PlannedFault[],
  { log, signal, untilBack }: CarryOutOptions,
): Promise<CarriedOutFault[]> {
  const carriedOut: CarriedOutFault[] = [];
  let settledAt = -Infinity;
  for (const fault of plan) {
    await pause(settledAt - performance.now(), signal);
    const nodes = fault.nodes.map((index) => ring.nodes[index]!);
    log(`${fault.kind} ${nodes.map(({ contactPoint }) => contactPoint).join(" and ")}`);
    const startedAt = performance.now();
    await Promise.all(nodes.map((node) => FAULTS[fault.kind].begin(node)));
    await pause(fault.lastsMs, signal);
    const liftedAt = performance.now();
    await Promise.all(nodes.map((node) => FAULTS[fault.kind].lift(node, signal)));
    const servingAt = performance.now();
    if (fault.kind !== "freeze") settledAt = servingAt + SETTLING_MS;
    await untilBack();
    carriedOut.push({ ...fault, startedAt, liftedAt, servingAt, backAt: performance.now() });
    await pause(fault.calmMs, signal);
  }
  return carriedOut;
}

interface Fault {
  begin(node: LocalCassandra): Promise<void>;
  lift(node: LocalCassandra, signal: AbortSignal): Promise<void> | void;
}

const FAULTS: Readonly<Record<PlannedFault["kind"], Fault>> = {
  freeze: { begin: (node) => node.freeze(), lift: (node) => node.thaw() },
  kill: { begin: (node) => node.kill(), lift: (node, signal) => node.start(signal) },
  stop: { begin: (node) => node.stop(), lift: (node, signal) => node.start(signal) },
};
