/**
 * The dashboard, as people read it: rows of panels, each with what it asks Prometheus. `render_dashboard.ts` makes
 * Grafana's JSON of it.
 *
 * @module
 */
import { CASSANDRA, LOAD } from "./cassandra_rows.ts";
import type { PanelRow } from "./panel.ts";
import { IDENTITY, PROCESSES } from "./process_rows.ts";
import { PROMISES, SIGNALS } from "./request_rows.ts";

export const ROWS: readonly PanelRow[] = [PROMISES, SIGNALS, CASSANDRA, LOAD, IDENTITY, PROCESSES];
