/**
 * One round of the limit: the driver in a loop, in a process of its own for each work.
 *
 * @module
 */
import { rowAt } from "../bulk/rows.ts";
import type { Contender, Prepared } from "../contenders/contender.ts";
import type { LoopMeasure } from "../load/quantiles.ts";
import { runProgram } from "../load/run_program.ts";
import type { Measurement } from "../result/result.ts";
import type { Work } from "../work/works.ts";
import type { Round, RoundOptions } from "./measure_server.ts";
import { EXPORTED_STATION } from "./stage.ts";

export async function measureLoop(
  contender: Contender,
  { command: [program, ...args], cwd }: Prepared,
  options: RoundOptions,
): Promise<Round> {
  const { stage, round } = options;
  const measurements: Measurement[] = [];
  let peakMemoryBytes = 0;
  for (const work of options.works) {
    const output = await runProgram(
      program!,
      [...args, ...await argumentsFor(work, options)],
      { env: { ...stage.settings }, ...(cwd === undefined ? {} : { cwd }) },
    );
    const { memoryBytes, ...measured } = JSON.parse(output) as LoopMeasure;
    peakMemoryBytes = Math.max(peakMemoryBytes, memoryBytes);
    measurements.push({
      contender: contender.name,
      work: work.name,
      round,
      offeredRate: null,
      ...measured,
    });
  }
  return { measurements, readyMs: null, peakMemoryBytes, memory: [] };
}

async function argumentsFor(work: Work, options: RoundOptions): Promise<string[]> {
  const { stage, seconds, warmUpSeconds, rowsOfTransfer, round } = options;
  if (work.kind === "requests") {
    const file = await stage.requestsFile(work);
    return ["requests", file, `${seconds}`, `${warmUpSeconds}`, `${work.connections}`];
  }
  if (work.name === "rows-in") {
    return ["in", stage.rowsFile, `in-driver-${round}`, `${rowsOfTransfer}`];
  }
  return ["out", EXPORTED_STATION, monthsOf(rowsOfTransfer).join()];
}

function monthsOf(rows: number): string[] {
  const months = Array.from(
    { length: rows },
    (_, index) => rowAt(index).observedAt.toISOString().slice(0, "2010-01".length),
  );
  return [...new Set(months)];
}
