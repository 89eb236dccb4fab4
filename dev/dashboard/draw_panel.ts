/**
 * One panel as SVG: lines over time, stacked where they add up, or a number.
 *
 * @module
 */
import type { Panel, Unit } from "./panel.ts";

/** Seconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly time: number; readonly value: number }[];
}

export interface DrawnPanel extends Pick<Panel, "title" | "unit" | "kind"> {
  readonly lines: readonly Line[];
  readonly span: Span;
}

/** The size of a panel, with the gap around it. */
export const PANEL = { width: 400, height: 210 };

const GAP = 6;
const PLOT = { left: 56, top: 32, width: 326, height: 104 };
const LEGEND = { top: 158, entries: 6, columns: 2, step: 14, width: 190, characters: 32 };
const COLOURS = [
  "#0969da",
  "#bf8700",
  "#1a7f37",
  "#cf222e",
  "#8250df",
  "#0598bc",
  "#bc4c00",
  "#6e7781",
  "#bf3989",
  "#4d2d00",
];

export function drawPanel(
  { title, unit, kind, lines, span }: DrawnPanel,
  { x, y }: { readonly x: number; readonly y: number },
): string {
  const frame = `<rect x="${GAP}" y="${GAP}" width="${PANEL.width - 2 * GAP}" height="${
    PANEL.height - 2 * GAP
  }" rx="4" fill="#fff" stroke="#d0d7de"/>`;
  const heading = `<text x="16" y="23" class="title">${escaped(title)}</text>`;
  const content = kind === "number"
    ? drawNumber(lines, unit)
    : drawLines(kind === "stack" ? stacked(lines) : lines, { unit, span });
  return `<g transform="translate(${x} ${y})">${frame}${heading}${content}</g>`;
}

function drawNumber(lines: readonly Line[], unit: Unit): string {
  const last = lines[0]?.points.at(-1)?.value ?? NaN;
  return `<text x="200" y="116" text-anchor="middle" class="number">${format(last, unit)}</text>`;
}

function drawLines(
  lines: readonly Line[],
  { unit, span }: { readonly unit: Unit; readonly span: Span },
): string {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value))
    .filter(Number.isFinite);
  const top = niceAbove(Math.max(...values, 0));
  const bottom = Math.min(...values, 0) < 0 ? -niceAbove(-Math.min(...values)) : 0;
  const xOf = (time: number) => PLOT.left + (time - span.from) / (span.to - span.from) * PLOT.width;
  const yOf = (value: number) => PLOT.top + (top - value) / (top - bottom) * PLOT.height;
  const grid = [bottom, (bottom + top) / 2, top].map((value) =>
    `<line x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${yOf(value)}" y2="${
      yOf(value)
    }" stroke="#eaeef2"/><text x="${PLOT.left - 6}" y="${yOf(value) + 3}" text-anchor="end">${
      format(value, unit)
    }</text>`
  );
  const paths = lines.map(({ points }, index) =>
    `<path d="${
      pathOf(points.map(({ time, value }) => [xOf(time), yOf(value)]))
    }" fill="none" stroke="${colourOf(index)}"/>`
  );
  const entries = lines.slice(0, LEGEND.entries).map(({ name }, index) => {
    const left = 16 + (index % LEGEND.columns) * LEGEND.width;
    const down = LEGEND.top + Math.floor(index / LEGEND.columns) * LEGEND.step;
    return `<rect x="${left}" y="${down - 6}" width="8" height="3" fill="${
      colourOf(index)
    }"/><text x="${left + 12}" y="${down}">${escaped(shortened(name))}</text>`;
  });
  const times = `<text x="${PLOT.left}" y="146">-${
    Math.round(span.to - span.from)
  } s</text><text x="${PLOT.left + PLOT.width}" y="146" text-anchor="end">now</text>`;
  return [...grid, ...paths, times, ...entries].join("");
}

/** Each on top of those before it; the times of Prometheus' answers are the same for all lines. */
function stacked(lines: readonly Line[]): Line[] {
  const totals = new Map<number, number>();
  return lines.map(({ name, points }) => ({
    name,
    points: points.map(({ time, value }) => {
      const total = (totals.get(time) ?? 0) + (Number.isFinite(value) ? value : 0);
      totals.set(time, total);
      return { time, value: total };
    }),
  }));
}

/** Broken where there is no number. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  let isDrawing = false;
  return points.map(([x, y]) => {
    if (!Number.isFinite(y)) {
      isDrawing = false;
      return "";
    }
    const command = isDrawing ? "L" : "M";
    isDrawing = true;
    return `${command}${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("");
}

/** The next of 1, 2, 5, 10 and so on. */
function niceAbove(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999)!;
}

function format(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return "–";
  switch (unit) {
    case "percentunit":
      return `${round(value * 100)} %`;
    case "s":
      return Math.abs(value) < 1 && value !== 0
        ? `${round(value * 1_000)} ms`
        : `${round(value)} s`;
    case "bytes":
      return `${round(value / 2 ** 20)} MiB`;
    case "Bps":
      return `${round(value / 2 ** 10)} KiB/s`;
    case "reqps":
    case "ops":
      return `${round(value)} /s`;
    case "short":
      return `${round(value)}`;
  }
}

function round(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

function shortened(name: string): string {
  return name.length <= LEGEND.characters ? name : `${name.slice(0, LEGEND.characters - 1)}…`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
