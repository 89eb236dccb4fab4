/**
 * The options of `deno task bench`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { CONTENDERS } from "./contenders/contenders.ts";
import { type Work, WORKS } from "./work/works.ts";

export interface BenchOptions {
  readonly contenders: readonly string[];
  readonly works: readonly Work[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly rowsOfTransfer: number;
  /** Requests per second of the open loop, ascending; empty for none. */
  readonly rates: readonly number[];
  /** Where the result goes. */
  readonly output: string;
}

const FULL = { rounds: "3", seconds: "10", warmUp: 3, rows: "1000000" };
const QUICK = { rounds: "3", seconds: "3", warmUp: 1, rows: "100000" };
const RATES = "500,1000,2000,4000,8000,12000";

/** @throws {TypeError} naming the option that is wrong */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      work: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      rows: { type: "string" },
      rates: { type: "string" },
      output: { type: "string", default: "bench/results" },
    },
  });
  const defaults = values.quick ? QUICK : FULL;
  const works = values.work === undefined
    ? WORKS.filter(({ isLong }) => !values.quick || !isLong)
    : chosen("work", { text: values.work, all: WORKS });
  const contenders = values.only === undefined
    ? CONTENDERS
    : chosen("only", { text: values.only, all: CONTENDERS });
  const rates = values.rates ?? (values.quick || values.work !== undefined ? "" : RATES);
  return {
    contenders: contenders.map(({ name }) => name),
    works,
    rounds: count("rounds", values.rounds ?? defaults.rounds),
    seconds: count("seconds", values.seconds ?? defaults.seconds),
    warmUpSeconds: defaults.warmUp,
    rowsOfTransfer: count("rows", values.rows ?? defaults.rows),
    rates: list(rates).map((rate) => count("rates", rate)).sort((one, other) => one - other),
    output: values.output,
  };
}

function list(text: string): string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

function chosen<Named extends { readonly name: string }>(
  option: string,
  { text, all }: { text: string; all: readonly Named[] },
): Named[] {
  const names = list(text);
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return all.filter(({ name }) => names.includes(name));
  throw new TypeError(
    `Cannot run the benchmark: --${option} has "${unknown.join('", "')}", which is not among ` +
      known.join(", "),
  );
}

/** @throws {TypeError} naming the option, unless its text is a whole number from 1 */
export function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`Cannot run the benchmark: --${option} is "${text}", not a count`);
}

/** The same for a list of them, with commas between. */
export function counts(option: string, text: string): number[] {
  return text.split(",").map((each) => count(option, each));
}
