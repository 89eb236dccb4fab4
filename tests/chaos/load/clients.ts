/**
 * The clients of a run. Each asks one thing after the other until it is told to stop, and writes into the
 * ledger what the answers let it believe.
 *
 * @module
 */
import type { Value } from "../check/linearizable.ts";
import type { Verdict } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import type { Random } from "../random.ts";
import { verdictOf } from "../verdict.ts";
import type { Received, Requester } from "./requester.ts";

export interface ClientContext {
  readonly send: Requester;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Between an answer and the next request. */
  readonly pauseMs: number;
}

export type Client = (context: ClientContext) => Promise<void>;

/** Runs one step after the other until the run ends. */
async function repeat(
  { ledger, signal, pauseMs }: ClientContext,
  step: (round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    await step(round).catch((error) => ledger.unreadable.push(`${error}`));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Writes version after version into registers of its own, whose names begin with `owner`. */
export function versionWriter(owner: string, registers: number): Client {
  return (context) =>
    repeat(context, async (round) => {
      const { send, ledger } = context;
      const register = `${owner}-${round % registers}`;
      const version = Math.floor(round / registers) + 1;
      const path = `/versions/${register}`;
      const received = await send({ kind: "write", method: "PUT", path, json: { version } });
      const verdict = verdictOf(received, { isIdempotent: true });
      ledger.versionWrites.push({ register, version, verdict, ...timesOf(received) });
    });
}

/** Reads the registers of all writers. */
export function versionReader(owners: readonly string[], registers: number): Client {
  return (context) =>
    repeat(context, async () => {
      const { send, ledger, random } = context;
      const register = `${random.pick(owners)}-${random.below(registers)}`;
      const received = await send({ kind: "read", method: "GET", path: `/versions/${register}` });
      const row = foundRow<{ version: number }>(received);
      if (row === undefined) return;
      ledger.versionReads.push({ register, version: row?.version ?? null, ...timesOf(received) });
    });
}

/** Raises counters, and reads one now and then. */
export function tallier(tallies: readonly string[]): Client {
  return (context) =>
    repeat(context, async (round) => {
      const { send, ledger, random } = context;
      const counter = random.pick(tallies);
      const path = `/tallies/${counter}`;
      if (round % 5 === 4) {
        const received = await send({ kind: "read", method: "GET", path });
        const row = foundRow<{ total: number | string }>(received);
        if (row === undefined) return;
        const total = Number(row?.total ?? 0);
        ledger.counterReads.push({ counter, total, ...timesOf(received) });
        return;
      }
      const received = await send({ kind: "counter", method: "POST", path });
      const verdict = verdictOf(received, { isIdempotent: false });
      ledger.increments.push({ counter, verdict, ...timesOf(received) });
    });
}

/** Compares and sets leases that others want too; each is in use for a while, then the next one is. */
export function leaseHolder(name: string, { leaseMs }: { readonly leaseMs: number }): Client {
  let known: { lease: string; holder: Value } = { lease: "", holder: null };
  return (context) =>
    repeat(context, async (round) => {
      const { send, ledger } = context;
      const lease = `lease-${Math.floor(performance.now() / leaseMs)}`;
      if (lease !== known.lease) known = { lease, holder: null };
      const operations = ledger.leases.getOrInsertComputed(lease, () => []);
      const path = `/leases/${lease}`;
      if (round % 3 === 0) {
        const received = await send({ kind: "read", method: "GET", path });
        const row = foundRow<{ holder: string }>(received);
        if (row === undefined) return;
        known.holder = row?.holder ?? null;
        operations.push({ kind: "read", value: known.holder, ...timesOf(received) });
        return;
      }
      const from = known.holder;
      const to = `${name}-${round}`;
      const received = from === null
        ? await send({ kind: "transaction", method: "PUT", path, json: { holder: to } })
        : await send({
          kind: "transaction",
          method: "PATCH",
          path,
          json: { holder: from, next: to },
        });
      const outcome = outcomeOf(received);
      if (outcome === null) return;
      const swap = { kind: "swap", from, to, ...timesOf(received) } as const;
      if (outcome === "not_applied") {
        const found = currentHolder(received.text);
        known.holder = found;
        operations.push({ ...swap, outcome, found });
      } else {
        if (outcome === "applied") known.holder = to;
        operations.push({ ...swap, outcome });
      }
    });
}

/** Null if it was refused before it was tried. */
function outcomeOf(received: Received): "applied" | "not_applied" | "unknown" | null {
  if (received.code === "not_applied") return "not_applied";
  const verdict = verdictOf(received, { isIdempotent: false });
  return verdict === "refused" ? null : verdict === "acknowledged" ? "applied" : "unknown";
}

function currentHolder(text: string): Value {
  const { current } = JSON.parse(text) as { readonly current?: { readonly holder?: string } };
  return current?.holder ?? null;
}

/** Writes rows in bulk, and at times a single one; after some lines, they go to the next feed. */
export function feeder(name: string, { linesPerFeed }: { readonly linesPerFeed: number }): Client {
  const perRequest = 20;
  let sent = 0;
  return (context) =>
    repeat(context, async (round) => {
      const { send, ledger } = context;
      const partition = `${name}-${Math.floor(sent / linesPerFeed)}`;
      const path = `/feeds/${partition}`;
      const count = round % 2 === 0 ? perRequest : 1;
      const rows = Array.from({ length: count }, (_, line) => `${sent + line}`.padStart(6, "0"));
      sent += count;
      const body = rows.map((event) => ({ event }));
      const received = count === 1
        ? await send({ kind: "write", method: "POST", path, json: body[0] })
        : await send({ kind: "bulk", method: "POST", path, lines: body });
      const verdicts = count === 1
        ? [verdictOf(received, { isIdempotent: true })]
        : lineVerdicts(received, count);
      for (const [line, row] of rows.entries()) {
        ledger.rowWrites.push({ partition, row, verdict: verdicts[line]!, ...timesOf(received) });
      }
    });
}

interface ReportLine {
  readonly line?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly summary?: { readonly read: number };
}

/** What the report of a bulk request says of each of its lines. */
function lineVerdicts(received: Received, count: number): Verdict[] {
  if (received.status !== 200) {
    return Array(count).fill(verdictOf(received, { isIdempotent: true }));
  }
  const report = received.text.trim().split("\n").map((line) => JSON.parse(line) as ReportLine);
  const read = report.at(-1)?.summary?.read ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const failure = report.find(({ line }) => line === index + 1);
    if (failure === undefined) return index < read ? "acknowledged" : "refused";
    const { code = null, detail = "" } = failure;
    return verdictOf({ status: 500, code, detail }, { isIdempotent: true });
  });
}

/** Reads the feed that is being written as a stream. */
export function streamer(name: string): Client {
  return (context) =>
    repeat(context, async () => {
      const { send, ledger } = context;
      const partition = ledger.rowWrites.findLast((write) => write.partition.startsWith(name))
        ?.partition;
      if (partition === undefined) return;
      const path = `/feeds/${partition}`;
      const received = await send({ kind: "stream", method: "GET", path, isStreamed: true });
      if (received.status !== 200) return;
      const rows = received.text.split("\n").filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { readonly event: string }).event);
      ledger.partitionReads.push({ partition, rows, ...timesOf(received) });
    });
}

/** Null if there is no row, undefined if the read failed. */
function foundRow<Row>({ status, code, text }: Received): Row | null | undefined {
  if (status === 200) return JSON.parse(text) as Row;
  return code === "not_found" ? null : undefined;
}

function timesOf({ startedAt, endedAt }: Received) {
  return { startedAt, endedAt };
}
