/**
 * What a run has shown: the promises that were broken, and the figures. Pure.
 *
 * @module
 */
import { checkCounters } from "../check/counters.ts";
import { checkLinearizable } from "../check/linearizable.ts";
import { checkRows } from "../check/rows.ts";
import { checkVersions } from "../check/versions.ts";
import type { CarriedOutFault } from "../faults/carry_out.ts";
import type { Recovery } from "../faults/readiness.ts";
import type { Fault, Write } from "../history.ts";
import { type Ledger, REQUEST_KINDS, type RequestKind, type RequestRecord } from "../ledger.ts";
import type { MemorySample } from "../watch/memory.ts";
import { type StarvationSample, starvedWithin } from "../watch/starvation.ts";
import { GRACE_MS, lateAnswers, longestGapMs, percentile } from "./measure.ts";

export interface Run {
  readonly seed: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly deadlineMs: number;
  readonly ledger: Ledger;
  readonly faults: readonly CarriedOutFault[];
  /** Null where the plan has no outage. */
  readonly recovery: Recovery | null;
  readonly memory: readonly MemorySample[];
  readonly starvation: readonly StarvationSample[];
}

/** The longest that reads or writes may fail to succeed after a node dies that a quorum can do without. */
const MAX_GAP_MS = 1_000;
/** The longest from the moment that the cluster serves until the gateways are ready. */
const MAX_READY_MS = 1_000;
/** For how long after a node has died the service is watched. */
const WATCHED_MS = 5_000;

/** The promises that a run has seen broken, in words. */
export interface Broken {
  /** What an answer says is so, however slow the machine is. */
  readonly safety: readonly Fault[];
  /** It comes in time, and the service is soon there again: what a machine that is slow enough breaks, too. */
  readonly time: readonly Fault[];
}

export function findBroken(run: Run): Broken {
  const { ledger, deadlineMs } = run;
  const failed = ledger.requests.filter(({ status }) => status === 500);
  return {
    safety: [
      ...checkVersions(ledger.versionWrites, ledger.versionReads),
      ...checkRows(ledger.rowWrites, ledger.partitionReads),
      ...checkCounters(ledger.increments, ledger.counterReads),
      ...[...ledger.leases].flatMap(([lease, history]) => checkLinearizable(lease, history)),
      ...failed.map((request) => `An answer is 500: ${describe(request, run)}`),
      ...ledger.unreadable.map((error) => `An answer cannot be read: ${error}`),
      ...unused(ledger).map((kind) => `No ${kind} succeeded: the run shows nothing about them`),
    ],
    time: [
      ...lateAnswers(ledger.requests, deadlineMs).map((request) =>
        `An answer came too late: ${describe(request, run)}`
      ),
      ...gapsOf(run).filter(({ gapMs }) => gapMs >= MAX_GAP_MS).map(({ name, gapMs }) =>
        `Nothing was served for ${Math.round(gapMs)} ms: ${name}`
      ),
      ...readyMs(run).filter((ms) => ms > MAX_READY_MS).map((ms) =>
        `A gateway was ready ${Math.round(ms)} ms after the quorum`
      ),
    ],
  };
}

/** Kinds of requests of which none succeeded. */
function unused({ requests }: Ledger): RequestKind[] {
  const used = new Set(
    requests.filter(({ status }) => status !== null && status < 300).map(({ kind }) => kind),
  );
  return REQUEST_KINDS.filter((kind) => !used.has(kind));
}

/**
 * The last line of a run.
 *
 * @param outcome.broken how many promises were broken that decide
 * @param outcome.tooSlow how many were broken that do not
 */
export function summarize(
  { ledger, faults }: Pick<Run, "ledger" | "faults">,
  { broken, tooSlow }: { readonly broken: number; readonly tooSlow: number },
): string {
  if (broken > 0) return `${broken} ${broken === 1 ? "promise was" : "promises were"} broken`;
  const kept =
    `${
      writesOf(ledger, "acknowledged")
    } acknowledged writes are there after ${faults.length} faults ` +
    `and ${ledger.requests.length} requests, and no answer is 500 or impossible`;
  return tooSlow === 0
    ? `Every promise was kept: ${kept}`
    : `Every promise of safety was kept: ${kept}; ${tooSlow} of time ${
      tooSlow === 1 ? "was" : "were"
    } broken`;
}

/** How many single writes, increments included, had an outcome. */
function writesOf(
  { versionWrites, rowWrites, increments }: Ledger,
  verdict: Write["verdict"],
): number {
  return [...versionWrites, ...rowWrites, ...increments]
    .filter((write) => write.verdict === verdict).length;
}

interface Gap {
  readonly name: string;
  /** Without the time in which there was no processor. */
  readonly gapMs: number;
  readonly withStarvationMs: number;
}

/** How long reads and writes failed to succeed on each gateway after each death of a single node. */
function gapsOf({ ledger, faults, starvation }: Run): Gap[] {
  const deaths = faults.filter(({ kind, nodes }) => kind === "kill" && nodes.length === 1);
  const gateways = [...new Set(ledger.requests.map(({ gateway }) => gateway))];
  return deaths.flatMap(({ nodes, startedAt }) =>
    gateways.flatMap((gateway) =>
      (["read", "write"] as const).map((kind) => {
        const own = ledger.requests.filter((each) =>
          each.gateway === gateway && each.kind === kind
        );
        const watched = { startedAt, endedAt: startedAt + WATCHED_MS };
        return {
          name: `${kind}s of gateway ${gateway} after node ${nodes[0]! + 1} was killed`,
          gapMs: longestGapMs(own, watched, { starvedMs: starvedWithin(starvation, gateway) }),
          withStarvationMs: longestGapMs(own, watched),
        };
      })
    )
  );
}

function readyMs({ recovery }: Run): number[] {
  if (recovery === null) return [];
  return recovery.readyAt.map((at) => Math.max(0, at - recovery.clusterAt));
}

function describe({ kind, gateway, status, code, ...times }: RequestRecord, run: Run): string {
  const at = ((times.startedAt - run.startedAt) / 1_000).toFixed(1);
  const outcome = `${status ?? "no answer"} ${code ?? ""}`.trim();
  return `a ${kind} on gateway ${gateway} at ${at} s, ${outcome}, after ` +
    `${Math.round(times.longestWaitMs)} ms, ${
      Math.round(times.starvedMs)
    } of them without a processor`;
}

/** The figures, a line each. */
export function describeRun(run: Run): string[] {
  const { ledger, faults, deadlineMs } = run;
  const seconds = (run.endedAt - run.startedAt) / 1_000;
  const kinds = Map.groupBy(ledger.requests, ({ kind }) => kind);
  const count = (verdict: Write["verdict"]) => writesOf(ledger, verdict);
  const swaps = [...ledger.leases.values()].flat().filter((each) => each.kind === "swap");
  const swapped = (outcome: string) => swaps.filter((each) => each.outcome === outcome).length;
  const waits = ledger.requests.map(({ longestWaitMs }) => longestWaitMs);
  return [
    `Seed ${run.seed}, ${
      seconds.toFixed(0)
    } s, ${faults.length} faults, ${ledger.requests.length} requests`,
    ...[...kinds].map(([kind, requests]) => `  ${kind}: ${describeOutcomes(requests)}`),
    `Writes: ${count("acknowledged")} acknowledged, ${count("refused")} refused, ${
      count("unknown")
    } unknown`,
    `Transactions: ${swapped("applied")} applied, ${swapped("not_applied")} not applied, ${
      swapped("unknown")
    } unknown`,
    `Longest wait: ${Math.round(Math.max(0, ...waits))} ms; ${
      lateAnswers(ledger.requests, deadlineMs).length
    } later than ${deadlineMs} + ${GRACE_MS} ms`,
    ...gapsOf(run).map(({ name, gapMs, withStarvationMs }) =>
      `Longest without ${name}: ${Math.round(gapMs)} ms, and ${
        Math.round(withStarvationMs)
      } ms with the time without a processor`
    ),
    ...describeReturns(run),
    ...describeRecovery(run),
    ...describeQuarters(run),
  ];
}

/** Of nodes that were started again: until every node and gateway had them back. */
function describeReturns({ faults }: Run): string[] {
  const started = faults.filter(({ kind }) => kind !== "freeze");
  const took = started.map(({ servingAt, backAt }) => Math.round(backAt - servingAt));
  return took.length === 0
    ? []
    : [`Nodes were back for all after they answered CQL: ${took.join(", ")} ms`];
}

/** What the cluster itself needed after an outage, and what the gateways needed from then on. */
function describeRecovery(run: Run): string[] {
  const { recovery, faults } = run;
  const outage = faults.findLast(({ nodes }) => nodes.length > 1);
  if (recovery === null || outage === undefined) return [];
  const since = (at: number) => Math.round(recovery.clusterAt - at);
  return [
    `A quorum answered ${since(outage.liftedAt)} ms after the dead nodes were started, and ${
      since(recovery.nodeAt)
    } ms after the first of them answered CQL`,
    ...readyMs(run).map((ms) => `Ready ${Math.round(ms)} ms after the quorum`),
  ];
}

/** How memory and latency went, in four parts of the run: they are to stay flat. */
function describeQuarters({ ledger, memory, startedAt }: Run): string[] {
  const lastAt = memory.at(-1)?.at ?? startedAt;
  const quarterOf = (at: number) =>
    Math.min(3, Math.floor((at - startedAt) / (lastAt - startedAt) * 4));
  const quarters = [0, 1, 2, 3];
  const points = ledger.requests.filter(({ kind }) => kind === "read" || kind === "write");
  const waits = quarters.map((quarter) => {
    const own = points.filter(({ startedAt: at }) => quarterOf(at) === quarter);
    return Math.round(percentile(own.map(({ longestWaitMs }) => longestWaitMs), 0.5));
  });
  return [
    ...[...Map.groupBy(memory, ({ gateway }) => gateway)].map(([gateway, samples]) => {
      const megabytes = quarters.map((quarter) => {
        const own = samples.filter(({ at }) => quarterOf(at) === quarter);
        return Math.round(Math.max(0, ...own.map(({ bytes }) => bytes)) / 1e6);
      });
      return `Most memory of gateway ${gateway} in each quarter: ${megabytes.join(", ")} MB`;
    }),
    `Median of reads and writes in each quarter: ${waits.join(", ")} ms`,
  ];
}

function describeOutcomes(requests: readonly RequestRecord[]): string {
  const outcomes = Map.groupBy(
    requests,
    ({ status, code }) => status === null ? "no answer" : `${status} ${code ?? ""}`.trim(),
  );
  const waits = requests.map(({ longestWaitMs }) => longestWaitMs);
  const [median, slowest] = [0.5, 0.99].map((share) => Math.round(percentile(waits, share)));
  const counts = [...outcomes].map(([outcome, each]) => `${each.length} × ${outcome}`).sort();
  return `${counts.join(", ")}; p50 ${median} ms, p99 ${slowest} ms`;
}
