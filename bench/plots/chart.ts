/**
 * Line charts as SVG, without a library: a few lines over a shared axis each, with a legend.
 *
 * @module
 */

export interface Line {
  readonly label: string;
  /** Ascending by x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly label: string;
  /** Default: linear from 0. */
  readonly isLogarithmic?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { top: 44, right: 220, bottom: 52, left: 72 };
// Told apart by people who see colours differently, too (Okabe and Ito).
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#595959"];
const INK = "#333333";

/** Where a value is on an axis, and the values that the axis names. */
interface Scale {
  place(value: number): number;
  readonly ticks: readonly number[];
}

export function drawChart({ title, x, y, lines }: ChartOptions): string {
  const points = lines.flatMap(({ points }) => points);
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const horizontal = scaleOf(points.map(([value]) => value), {
    ...x,
    from: MARGIN.left,
    to: right,
  });
  const vertical = scaleOf(points.map(([, value]) => value), {
    ...y,
    from: bottom,
    to: MARGIN.top,
  });
  const parts = [
    text(MARGIN.left, 24, { content: title, size: 16 }),
    ...vertical.ticks.flatMap((value) => [
      `<line x1="${MARGIN.left}" x2="${right}" y1="${fixed(vertical.place(value))}" y2="${
        fixed(vertical.place(value))
      }" stroke="#dddddd"/>`,
      text(MARGIN.left - 8, vertical.place(value) + 4, { content: named(value), anchor: "end" }),
    ]),
    ...horizontal.ticks.map((value) =>
      text(horizontal.place(value), bottom + 18, { content: named(value), anchor: "middle" })
    ),
    text((MARGIN.left + right) / 2, HEIGHT - 12, { content: x.label, anchor: "middle" }),
    text(16, (MARGIN.top + bottom) / 2, { content: y.label, anchor: "middle", turned: true }),
    ...lines.flatMap(({ label, points }, index) => {
      const colour = COLOURS[index % COLOURS.length]!;
      const places = points.map(([atX, atY]) =>
        `${fixed(horizontal.place(atX))},${fixed(vertical.place(atY))}`
      );
      const legendY = MARGIN.top + 8 + index * 22;
      return [
        `<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...(points.length > 12 ? [] : places.map((place) => {
          const [cx, cy] = place.split(",");
          return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`;
        })),
        `<rect x="${right + 16}" y="${legendY - 9}" width="12" height="12" fill="${colour}"/>`,
        text(right + 34, legendY + 2, { content: label }),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="sans-serif" font-size="12" fill="${INK}" role="img">` +
    `<title>${escaped(title)}</title>` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>${parts.join("")}</svg>\n`;
}

function scaleOf(
  values: readonly number[],
  { isLogarithmic = false, from, to }: Axis & { readonly from: number; readonly to: number },
): Scale {
  if (isLogarithmic) {
    const positive = values.filter((value) => value > 0);
    const low = Math.floor(Math.log10(Math.min(...positive)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))));
    const place = (value: number) =>
      from + (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low) * (to - from);
    return {
      place,
      ticks: Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step)),
    };
  }
  const step = stepFor(Math.max(...values, 0));
  const high = step * Math.max(1, Math.ceil(Math.max(...values, 0) / step));
  return {
    place: (value) => from + value / high * (to - from),
    ticks: Array.from({ length: Math.round(high / step) + 1 }, (_, count) => count * step),
  };
}

/** The distance of ticks: 1, 2 or 5 times a power of ten, so that there are about five. */
function stepFor(highest: number): number {
  const rough = Math.max(highest, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  return factor * power;
}

interface TextOptions {
  readonly content: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly turned?: boolean;
}

function text(x: number, y: number, options: TextOptions): string {
  const { content, anchor = "start", size, turned = false } = options;
  const turn = turned ? ` transform="rotate(-90 ${fixed(x)} ${fixed(y)})"` : "";
  const fontSize = size === undefined ? "" : ` font-size="${size}"`;
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"${fontSize}${turn}>` +
    `${escaped(content)}</text>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function named(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 3 });
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
