/**
 * `deno task bench:compare NEW OLD`: holds a result against an older one, from the same machine. Rates of two runs
 * differ with the state of the machine, so it compares each contender's share of a contender that does not
 * change: the bare peer's, or what `--by` names.
 *
 *     deno task bench:compare bench/results/…/result.json bench/results/…/result.json [--by hono-bare]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { runBench } from "../run_bench.ts";
import { readResult, type Result } from "./result.ts";
import { figuresOf } from "./summary.ts";

export interface Comparison {
  readonly contender: string;
  readonly work: string;
  /** Rows per second divided by the reference's. */
  readonly now: number;
  readonly before: number;
}

/** Every contender and work that both results have, beside the reference. */
export function compare(
  [now, before]: readonly [now: Result, before: Result],
  reference: string,
): Comparison[] {
  return now.contenders.filter(({ name }) => name !== reference).flatMap(({ name: contender }) =>
    now.works.flatMap(({ name: work }) => {
      const [share, previous] = [now, before].map((result) =>
        shareOf(result, { contender, work, reference })
      );
      if (share == null || previous == null) return [];
      return [{ contender, work, now: share, before: previous }];
    })
  );
}

function shareOf(
  result: Result,
  { contender, work, reference }: { contender: string; work: string; reference: string },
): number | null {
  const own = figuresOf(result, { contender, work });
  const other = figuresOf(result, { contender: reference, work });
  if (own === null || other === null || other.rowsPerSecond === 0) return null;
  return own.rowsPerSecond / other.rowsPerSecond;
}

function lineOf({ contender, work, now, before }: Comparison): string {
  const change = ((now / before - 1) * 100).toFixed(0);
  const sign = now >= before ? "+" : "";
  return [
    contender.padEnd(12),
    work.padEnd(12),
    `${now.toFixed(2)} ×`.padStart(9),
    `was ${before.toFixed(2)} ×`.padStart(14),
    `${sign}${change} %`.padStart(8),
  ].join(" ");
}

if (import.meta.main) {
  await runBench("bench:compare", async () => {
    const { positionals, values } = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: { by: { type: "string", default: "hono-bare" } },
    });
    const [newer, older] = positionals;
    if (newer === undefined || older === undefined) {
      throw new TypeError("Cannot compare: name two results, the newer first");
    }
    const results = [await readResult(newer), await readResult(older)] as const;
    const comparisons = compare(results, values.by);
    if (comparisons.length === 0) {
      throw new Error(`Cannot compare: the results share no work of "${values.by}"`);
    }
    console.log(`Rows per second, as a share of ${values.by}'s`);
    console.log(comparisons.map(lineOf).join("\n"));
  });
}
