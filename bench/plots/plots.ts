/**
 * The plots of a result: throughput by rows, latency by offered load, memory over time.
 *
 * @module
 */
import type { Result } from "../result/result.ts";
import { figuresOf, openLoopOf } from "../result/summary.ts";
import { type ChartOptions, drawChart, type Line } from "./chart.ts";

const READS = [["read-1", 1], ["read-20", 20], ["read-200", 200]] as const;

/** SVG by file name; without those for which nothing was measured. */
export function plotsOf(result: Result): Map<string, string> {
  const charts: readonly (ChartOptions & { readonly file: string })[] = [
    {
      file: "throughput.svg",
      title: "Throughput by the rows of an answer",
      x: { label: "rows in an answer", isLogarithmic: true },
      y: { label: "rows per second" },
      lines: linesOf(result, (contender) =>
        READS.flatMap(([work, rows]) => {
          const figures = figuresOf(result, { contender, work });
          return figures === null ? [] : [[rows, figures.rowsPerSecond] as const];
        })),
    },
    ...(["p50", "p99", "p999"] as const).map((quantile) => ({
      file: `latency-${quantile}.svg`,
      title: `Latency by offered load, read 1 row: ${quantile.replace("999", "99.9")}`,
      x: { label: "requests per second offered", isLogarithmic: true },
      y: { label: "ms", isLogarithmic: true },
      lines: linesOf(
        result,
        (contender) =>
          openLoopOf(result, contender).map(({ offered, latencyMs }) =>
            [offered, latencyMs[quantile]] as const
          ),
      ),
    })),
    {
      file: "memory.svg",
      title: "Memory over the works of a round",
      x: { label: "seconds since it was ready" },
      y: { label: "MiB" },
      lines: result.contenders.map(({ title, memory }) => ({
        label: title,
        points: memory.map(({ seconds, bytes }) => [seconds, bytes / 2 ** 20] as const),
      })).filter(({ points }) => points.length > 1),
    },
  ];
  return new Map(
    charts.filter(({ lines }) => lines.length > 0).map(({ file, ...chart }) => [
      file,
      drawChart(chart),
    ]),
  );
}

function linesOf(result: Result, pointsOf: (contender: string) => Line["points"]): Line[] {
  return result.contenders.map(({ name, title }) => ({ label: title, points: pointsOf(name) }))
    .filter(({ points }) => points.length > 0);
}
