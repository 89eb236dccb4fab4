/**
 * A result as Markdown: what the documentation shows, and what a run prints.
 *
 * @module
 */
import type { ContenderResult, Result } from "./result.ts";
import { type Figures, figuresOf, median, openLoopOf } from "./summary.ts";

/** A table for each figure. */
export function reportOf(result: Result): string {
  return [
    describeRun(result),
    section("Rows per second", table(result, (figures) => withRatio(figures))),
    section(
      "Latency in ms: p50, p99, p99.9",
      table(
        result,
        ({ latencyMs }) =>
          latencyMs === null
            ? null
            : [latencyMs.p50, latencyMs.p99, latencyMs.p999].map(short).join(", "),
      ),
    ),
    section("Processor time in s for 1,000 requests", table(result, cpuOf)),
    section("Start and memory", startTable(result)),
    openLoopSection(result),
    leftOutOf(result),
  ].filter((part) => part !== "").join("\n\n");
}

/** The table of the README: how many times as fast as whatever else speaks HTTP. */
export function shortReportOf(result: Result): string {
  const contenders = result.contenders.filter(({ does }) => does !== "limit");
  const text = table(
    { ...result, contenders },
    (figures) => ratioOf(figures) ?? `${whole(figures.rowsPerSecond)} rows/s`,
  );
  return [describeRun(result), text].join("\n\n");
}

function section(title: string, body: string): string {
  return body === "" ? "" : `### ${title}\n\n${body}`;
}

function describeRun({ startedAt, machine, options, contenders }: Result): string {
  const { rounds, secondsOfWork, rowsOfTransfer } = options;
  const versions = Object.entries(machine.versions).map((entry) => entry.join(" ")).join(", ");
  const commit = contenders.find(({ does }) => does === "gateway")?.versions.commit;
  return [
    `${startedAt.slice(0, 10)}${commit === undefined ? "" : `, commit ${commit}`}:`,
    `${machine.processors} × ${machine.processor}, ${machine.memoryGb} GB, ${machine.kernel};`,
    `${versions}. ${rounds} ${
      rounds === 1 ? "round" : "rounds"
    } of ${secondsOfWork} s for each work;`,
    `transfers of ${whole(rowsOfTransfer)} rows.`,
    "Load, servers and Cassandra share the machine, so the ratios say more than the rates.",
  ].join(" ");
}

function withRatio(figures: Figures): string {
  const { rowsPerSecond, errors } = figures;
  const ratio = ratioOf(figures);
  return [
    whole(rowsPerSecond),
    ...(ratio === null ? [] : [`(${ratio})`]),
    ...(errors === 0 ? [] : [`and ${whole(errors)} errors`]),
  ].join(" ");
}

/** The median, and the least and the most of the rounds. */
function ratioOf({ gatewayRatio, gatewayRatioRange }: Figures): string | null {
  if (gatewayRatio === null || gatewayRatioRange === null) return null;
  const range = gatewayRatioRange.map((ratio) => ratio.toFixed(2)).join(" to ");
  return `${gatewayRatio.toFixed(2)} ×, ${range}`;
}

function cpuOf({ cpuSecondsPerThousand, gatewayRatioOfCpu, latencyMs }: Figures): string | null {
  // A transfer is a single request.
  if (latencyMs === null || cpuSecondsPerThousand === null) return null;
  const ratio = gatewayRatioOfCpu === null ? "" : ` (${gatewayRatioOfCpu.toFixed(2)} ×)`;
  return `${cpuSecondsPerThousand.toFixed(3)}${ratio}`;
}

function table(result: Result, cellOf: (figures: Figures) => string | null): string {
  const works = result.works.filter(({ name }) =>
    took(result).some((contender) => cellIn(contender, name) !== null)
  );
  function cellIn({ name: contender }: ContenderResult, work: string): string | null {
    const figures = figuresOf(result, { contender, work });
    return figures === null ? null : cellOf(figures);
  }
  return rowsOf([
    ["", ...works.map(({ title }) => title)],
    ...took(result).map((contender) => [
      titleOf(contender),
      ...works.map(({ name }) => cellIn(contender, name) ?? "–"),
    ]),
  ]);
}

function startTable(result: Result): string {
  const megabytes = (bytes: number) => `${whole(bytes / 2 ** 20)} MiB`;
  return rowsOf([
    ["", "ready after", "memory when ready", "most memory"],
    ...took(result).filter(({ readyMs }) => readyMs.length > 0).map((contender) => [
      titleOf(contender),
      `${(median(contender.readyMs) / 1_000).toFixed(2)} s`,
      megabytes(contender.memory[0]?.bytes ?? 0),
      megabytes(Math.max(...contender.peakMemoryBytes)),
    ]),
  ]);
}

function openLoopSection(result: Result): string {
  const offered = took(result).map((contender) => ({
    contender,
    rates: openLoopOf(result, contender.name),
  })).filter(({ rates }) => rates.length > 0);
  if (offered.length === 0) return "";
  const rates = [...new Set(offered.flatMap(({ rates }) => rates.map(({ offered }) => offered)))];
  const text = rowsOf([
    ["", ...rates.sort((one, other) => one - other).map((rate) => `${whole(rate)}/s`)],
    ...offered.map(({ contender, rates: own }) => [
      titleOf(contender),
      ...rates.map((rate) => {
        const found = own.find(({ offered }) => offered === rate);
        if (found === undefined) return "–";
        const { answered, latencyMs } = found;
        const share = answered < rate * 0.98 ? `, ${whole(answered)}/s answered` : "";
        return `${[latencyMs.p50, latencyMs.p99].map(short).join(", ")}${share}`;
      }),
    ]),
  ]);
  return section("Latency in ms at a fixed rate, read 1 row: p50, p99", text);
}

function leftOutOf({ contenders }: Result): string {
  return contenders.filter(({ leftOut }) => leftOut !== null)
    .map(({ title, leftOut }) => `- ${title} is left out: ${leftOut}`).join("\n");
}

function took({ contenders }: Result): ContenderResult[] {
  return contenders.filter(({ leftOut }) => leftOut === null);
}

function titleOf({ title, does }: ContenderResult): string {
  return does === "limit" ? `${title} (no HTTP)` : title;
}

function rowsOf([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [head!, head!.map((_, column) => column === 0 ? "---" : "---:"), ...rows]
    .map(line).join("\n");
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function short(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
