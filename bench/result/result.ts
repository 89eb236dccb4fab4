/**
 * The result of a run, as it is written to a file.
 *
 * @module
 */
import type { Contender } from "../contenders/contender.ts";
import type { LoadMeasure } from "../load/quantiles.ts";
import type { MemorySample } from "../measure/server_process.ts";
import type { Machine } from "./machine.ts";

export interface Result {
  /** Of this shape. */
  readonly format: 1;
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly machine: Machine;
  readonly options: {
    readonly rounds: number;
    readonly secondsOfWork: number;
    readonly rowsOfTransfer: number;
  };
  readonly contenders: readonly ContenderResult[];
  readonly works: readonly { readonly name: string; readonly title: string }[];
  readonly measurements: readonly Measurement[];
}

export interface ContenderResult extends Pick<Contender, "name" | "title" | "does"> {
  readonly versions: Readonly<Record<string, string>>;
  /** Why it took no part; null if it did. */
  readonly leftOut: string | null;
  /** From the start of the process until it answers that it is ready, in each round. */
  readonly readyMs: readonly number[];
  /** The most at any time, in each round. */
  readonly peakMemoryBytes: readonly number[];
  /** Of the last round. */
  readonly memory: readonly MemorySample[];
}

export interface Measurement extends LoadMeasure {
  readonly contender: string;
  readonly work: string;
  /** From 0. */
  readonly round: number;
  /** Requests per second that were offered; null of a closed loop. */
  readonly offeredRate: number | null;
  /** Of the server, during the measurement. */
  readonly cpuSeconds: number;
}

/** @throws {Error} if the file holds no result of this format */
export async function readResult(path: string): Promise<Result> {
  const result = JSON.parse(await Deno.readTextFile(path)) as Partial<Result>;
  if (result.format === 1) return result as Result;
  throw new Error(`Cannot read the result "${path}": its format is ${result.format}, not 1`);
}
