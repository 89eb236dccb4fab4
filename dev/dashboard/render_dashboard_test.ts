import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import type { Panel } from "./panel.ts";
import { ROWS } from "./panels.ts";
import { dashboardOf } from "./render_dashboard.ts";

const panel = (title: string, rest: Partial<Panel> = {}): Panel => ({
  title,
  description: "Says something.",
  unit: "short",
  kind: "lines",
  queries: [{ expr: "up", legend: "{{instance}}" }],
  ...rest,
});

/** What Grafana needs of a panel. */
interface Rendered {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number };
  readonly fieldConfig?: {
    readonly defaults: { readonly custom?: { readonly stacking: unknown } };
  };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

function render(...rows: readonly (readonly Panel[])[]): readonly Rendered[] {
  const titled = rows.map((panels, index) => ({ title: `row ${index}`, panels }));
  return dashboardOf(titled).panels as readonly Rendered[];
}

describe("docs/images/dashboard.svg", () => {
  it("shows every panel of the dashboard", async () => {
    const picture = await Deno.readTextFile("docs/images/dashboard.svg");
    const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const titles = ROWS.flatMap(({ panels }) => panels.map(({ title }) => escaped(title)));
    expect(titles.length).toBeGreaterThan(20);
    expect(titles.filter((title) => !picture.includes(`>${title}<`))).toEqual([]);
  });
});

describe("dashboardOf()", () => {
  it("puts three panels beside each other, and the next below", () => {
    const placed = render(["a", "b", "c", "d"].map((title) => panel(title)), [panel("e")])
      .map(({ title, gridPos: { x, y, w } }) => [title, x, y, w]);
    expect(placed).toEqual([
      ["row 0", 0, 0, 24],
      ["a", 0, 1, 8],
      ["b", 8, 1, 8],
      ["c", 16, 1, 8],
      ["d", 0, 9, 8],
      ["row 1", 0, 17, 24],
      ["e", 0, 18, 8],
    ]);
  });

  it("begins a line below a row that is full, and leaves none empty", () => {
    const [, , , , row] = render(["a", "b", "c"].map((title) => panel(title)), [panel("d")]);
    expect([row!.title, row!.gridPos.y]).toEqual(["row 1", 9]);
  });

  it("gives each panel an id of its own", () => {
    const ids = render([panel("a"), panel("b")], [panel("c")]).map(({ id }) => id);
    expect(ids).toEqual([1, 2, 3, 4, 5]);
  });

  it("names the queries of a panel A, B and so on", () => {
    const queries = ["up", "down"].map((expr) => ({ expr, legend: "" }));
    const { targets } = render([panel("a", { queries })])[1]!;
    expect(targets!.map(({ refId, expr }) => [refId, expr])).toEqual([["A", "up"], ["B", "down"]]);
  });

  const kinds = [
    ["number", "stat", undefined],
    ["lines", "timeseries", { mode: "none" }],
    ["stack", "timeseries", { mode: "normal" }],
  ] as const;
  for (const [kind, type, stacking] of kinds) {
    it(`renders ${kind} as ${type}`, () => {
      const rendered = render([panel("a", { kind })])[1]!;
      expect([rendered.type, rendered.fieldConfig?.defaults.custom?.stacking])
        .toEqual([type, stacking]);
    });
  }
});
