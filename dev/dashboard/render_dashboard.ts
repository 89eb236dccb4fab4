/**
 * The rows of `panels.ts` → the JSON that Grafana loads. Source: Grafana's dashboard JSON model, schema 39.
 *
 * @module
 */
import type { Panel, PanelRow } from "./panel.ts";
import { ROWS } from "./panels.ts";

export const DASHBOARD_PATH = "deploy/grafana/dashboards/cqlgate.json";

const DATASOURCE = { type: "prometheus", uid: "prometheus" };
/** Grafana's grid has this many columns. */
const COLUMNS = 24;
const HEIGHT = 8;
const PANELS_IN_LINE = 3;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export function dashboardText(): string {
  return `${JSON.stringify(dashboardOf(ROWS), null, 2)}\n`;
}

/** The dashboard as a value. */
export function dashboardOf(rows: readonly PanelRow[]) {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: inRow } of rows) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y++;
    for (const [index, panel] of inRow.entries()) {
      const column = index % PANELS_IN_LINE;
      const w = COLUMNS / PANELS_IN_LINE;
      panels.push(panelOf(panel, panels.length + 1, { x: column * w, y, w, h: HEIGHT }));
      const isLast = index === inRow.length - 1;
      if (column === PANELS_IN_LINE - 1 || isLast) y += HEIGHT;
    }
  }
  return {
    uid: "cqlgate",
    title: "cqlgate",
    tags: ["cqlgate", "cassandra"],
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    timezone: "browser",
    templating: {
      list: [
        variable("job", { query: "label_values(cqlgate_build_info, job)", multi: false }),
        variable("instance", {
          query: 'label_values(cqlgate_build_info{job="$job"}, instance)',
          multi: true,
        }),
      ],
    },
    panels,
  };
}

function variable(name: string, { query, multi }: { query: string; multi: boolean }) {
  return {
    name,
    type: "query",
    datasource: DATASOURCE,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    multi,
    includeAll: multi,
    ...(multi ? { allValue: ".*", current: { text: "All", value: "$__all" } } : {}),
  };
}

function panelOf({ title, description, unit, kind, queries }: Panel, id: number, gridPos: Place) {
  const isNumber = kind === "number";
  return {
    id,
    type: isNumber ? "stat" : "timeseries",
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        ...(isNumber ? {} : {
          custom: {
            lineWidth: 1,
            fillOpacity: kind === "stack" ? 30 : 0,
            stacking: { mode: kind === "stack" ? "normal" : "none" },
            showPoints: "never",
          },
        }),
      },
      overrides: [],
    },
    options: isNumber
      ? { colorMode: "none", graphMode: "area", reduceOptions: { calcs: ["lastNotNull"] } }
      : {
        legend: { displayMode: "list", placement: "bottom", showLegend: true },
        tooltip: { mode: "multi", sort: "desc" },
      },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}
