/**
 * Metrics → Prometheus' text, in pieces: hundreds of routes are tens of thousands of lines, and requests are served
 * between two pieces. Only one text is made at a time, however many ask.
 *
 * Source: Prometheus' exposition formats, text-based format 0.0.4.
 *
 * @module
 */
import prometheus from "prom-client";
import { nextTurn } from "../../runtime/next_turn.ts";
import { oneAtATime } from "../../runtime/one_at_a_time.ts";

/** Lines between two pauses: some milliseconds. */
const LINES_AT_ONCE = 500;

/** A sample, as prom-client has it; `metricName` is there for the series of a histogram. */
interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** @returns what makes the text of all metrics as they are when it is called, or later */
export function createMetricsText(register: prometheus.Registry): () => Promise<string> {
  return oneAtATime(() => renderAll(register));
}

async function renderAll(register: prometheus.Registry): Promise<string> {
  const lines: string[] = [];
  let pauseAt = LINES_AT_ONCE;
  for (const { name } of register.getMetricsAsArray()) {
    const { help, type, values } = await register.getSingleMetric(name)!.get();
    if (lines.length > 0) lines.push("");
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`);
    for (const { value, labels, metricName = name } of values as readonly Sample[]) {
      lines.push(`${metricName}${labelsText(labels)} ${valueText(value)}`);
      if (lines.length < pauseAt) continue;
      pauseAt = lines.length + LINES_AT_ONCE;
      await new Promise<void>(nextTurn);
    }
  }
  return `${lines.join("\n")}\n`;
}

function labelsText(labels: Sample["labels"]): string {
  let text = "";
  for (const name in labels) {
    text += `${text === "" ? "{" : ","}${name}="${escapeLabel(`${labels[name]}`)}"`;
  }
  return text === "" ? "" : `${text}}`;
}

function valueText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? "NaN" : value < 0 ? "-Inf" : "+Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return /[\\\n"]/.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text;
}
