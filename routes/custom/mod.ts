/**
 * The hand-written routes of this deployment. Add yours to the list.
 *
 * @module
 */
import type { CustomRoute } from "../define_route.ts";
import { stationSummary } from "./station_summary.ts";

export const customRoutes: readonly CustomRoute[] = [stationSummary];
