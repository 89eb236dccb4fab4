/**
 * The panels of the dashboard as an SVG, drawn from what a Prometheus answers: the picture in the documentation.
 * It shows the numbers that Grafana would, in a plainer way.
 *
 *     deno run -A dev/dashboard/draw_dashboard.ts http://127.0.0.1:9090 300 docs/images/dashboard.svg
 *
 * @module
 */
import { drawPanel, type Line, PANEL, type Span } from "./draw_panel.ts";
import type { PanelQuery } from "./panel.ts";
import { ROWS } from "./panels.ts";

const COLUMNS = 3;
const TITLE_HEIGHT = 34;
const SAMPLES = 120;

interface Matrix {
  readonly status: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
  readonly error?: string;
}

/** @throws {Error} if Prometheus refuses the query */
async function ask(prometheus: string, { expr, legend }: PanelQuery, span: Span): Promise<Line[]> {
  const query = expr.replaceAll("$job", "cqlgate").replaceAll("$instance", ".*")
    .replaceAll("$__rate_interval", "30s")
    .replaceAll("$__range", "10m");
  const parameters = new URLSearchParams({
    query,
    start: `${span.from}`,
    end: `${span.to}`,
    step: `${(span.to - span.from) / SAMPLES}`,
  });
  const response = await fetch(`${prometheus}/api/v1/query_range?${parameters}`);
  const { data, error }: Matrix = await response.json();
  if (data === undefined) throw new Error(`Cannot draw "${expr}": ${error}`);
  return data.result.map(({ metric, values }) => ({
    name: legend.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ""),
    points: values.map(([time, value]) => ({ time, value: Number(value) })),
  }));
}

async function draw(prometheus: string, span: Span): Promise<string> {
  const parts: string[] = [];
  let y = 0;
  for (const { title, panels } of ROWS) {
    parts.push(`<text x="12" y="${y + 23}" class="row">${title}</text>`);
    y += TITLE_HEIGHT;
    for (const [index, panel] of panels.entries()) {
      const lines = await Promise.all(panel.queries.map((query) => ask(prometheus, query, span)));
      const column = index % COLUMNS;
      const place = { x: column * PANEL.width, y };
      parts.push(drawPanel({ ...panel, lines: lines.flat(), span }, place));
      if (column === COLUMNS - 1 || index === panels.length - 1) y += PANEL.height;
    }
  }
  const width = COLUMNS * PANEL.width;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 8}" role="img">
<title>The dashboard of cqlgate</title>
<style>
text { font: 10px system-ui, sans-serif; fill: #57606a }
.row { font-size: 15px; font-weight: 600; fill: #1f2328 }
.title { font-size: 11px; font-weight: 600; fill: #1f2328 }
.number { font-size: 34px; fill: #1f2328 }
</style>
<rect width="100%" height="100%" fill="#f6f8fa"/>
${parts.join("\n")}
</svg>
`;
}

if (import.meta.main) {
  const [prometheus, seconds, path] = Deno.args;
  if (prometheus === undefined || seconds === undefined || path === undefined) {
    throw new TypeError("Expected the URL of a Prometheus, how many seconds to draw, and a path");
  }
  const to = Date.now() / 1000;
  await Deno.writeTextFile(path, await draw(prometheus, { from: to - Number(seconds), to }));
}
