/**
 * Callers who share a URL, as a program of its own (`callers/`, in Go): in JavaScript they would cost as much as the
 * service that they measure, on the same processors.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runProgram } from "../load/run_program.ts";

export interface CallersOptions {
  readonly url: string;
  /** Each has a connection of its own. */
  readonly callers: number;
  /** Requests per second of all of them, whatever becomes of the former ones; 0 for a closed loop. */
  readonly rate: number;
  /** Whether they wait as long as `Retry-After` says. */
  readonly obey: boolean;
  /** What is not measured at the beginning. */
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export interface CallersReport {
  readonly seconds: number;
  readonly accepted: number;
  readonly refused: number;
  /** Answers that are neither, and connections that broke. */
  readonly failed: number;
  /** Of what was accepted. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of what was refused. */
  readonly refusalP50Ms: number;
  readonly refusalP99Ms: number;
  /** Of the callers. */
  readonly cpuSeconds: number;
}

export type RunCallers = (options: CallersOptions) => Promise<CallersReport>;

/** @param folder where the program is written */
export async function buildCallers(folder: string): Promise<RunCallers> {
  const program = `${folder}/callers`;
  const cwd = fileURLToPath(new URL("callers", import.meta.url));
  await runProgram("go", ["build", "-o", program, "."], { cwd });
  return async ({ url, callers, rate, obey, warmupSeconds, seconds }) =>
    JSON.parse(
      await runProgram(program, [
        ...["-url", url, "-callers", `${callers}`, "-rate", `${rate}`],
        ...[`-obey=${obey}`, "-warmup", `${warmupSeconds}s`, "-duration", `${seconds}s`],
      ]),
    );
}
