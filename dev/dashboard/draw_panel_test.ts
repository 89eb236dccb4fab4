import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { type DrawnPanel, drawPanel } from "./draw_panel.ts";

function draw(panel: Partial<DrawnPanel>): string {
  return drawPanel({
    title: "A panel",
    unit: "short",
    kind: "lines",
    lines: [],
    span: { from: 0, to: 100 },
    ...panel,
  }, { x: 0, y: 0 });
}

const lineOf = (name: string, ...values: readonly number[]) => ({
  name,
  points: values.map((value, index) => ({ time: index * 50, value })),
});

/** Where the lines of a panel are, in pixels from the top. */
function heightsOf(svg: string): number[][] {
  return [...svg.matchAll(/<path d="([^"]*)" fill="none"/g)].map(([, path = ""]) =>
    [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y))
  );
}

describe("drawPanel()", () => {
  it("draws a larger value higher up", () => {
    const [[first = 0, last = 0] = []] = heightsOf(draw({ lines: [lineOf("a", 1, 4)] }));
    expect(first).toBeGreaterThan(last);
  });

  it("puts lines that add up on top of each other", () => {
    const lines = [lineOf("a", 1, 1), lineOf("b", 2, 2)];
    const [[bottom = 0] = [], [top = 0] = []] = heightsOf(draw({ kind: "stack", lines }));
    const [[, same = 0] = [], [, three = 0] = []] = heightsOf(
      draw({ lines: [lineOf("a", 1, 1), lineOf("sum", 3, 3)] }),
    );
    expect([bottom, top]).toEqual([same, three]);
  });

  it("breaks a line where there is no number", () => {
    const svg = draw({ lines: [lineOf("a", 1, NaN, 1)] });
    expect(svg.match(/<path d="M[^"]*M[^"]*"/)).not.toBeNull();
    expect(svg).not.toContain("NaN");
  });

  it("escapes names, and shortens what does not fit", () => {
    const svg = draw({ title: "p99 < 1 s & more", lines: [lineOf(`<b>${"x".repeat(80)}`, 1)] });
    expect(svg).toContain("p99 &lt; 1 s &amp; more");
    expect(svg).not.toContain("<b>");
    expect(svg).toContain("…");
    expect(svg).not.toContain("x".repeat(40));
  });

  const numbers = [
    ["percentunit", 0.0123, "1.23 %"],
    ["s", 0.0042, "4.2 ms"],
    ["s", 2, "2 s"],
    ["bytes", 3 * 2 ** 20, "3 MiB"],
    ["reqps", 12.345, "12.3 /s"],
    ["short", 7, "7"],
    ["short", NaN, "–"],
  ] as const;
  for (const [unit, value, text] of numbers) {
    it(`shows ${value} in ${unit} as ${text}`, () => {
      expect(draw({ kind: "number", unit, lines: [lineOf("a", value)] })).toContain(`>${text}<`);
    });
  }

  it("shows that there is no number", () => {
    expect(draw({ kind: "number" })).toContain(">–<");
  });
});
