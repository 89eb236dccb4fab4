/**
 * When what is usual for requests changes, though the load does not.
 *
 * @module
 */
import type { Observation } from "../../observe/observation.ts";

/** Whether requests may take another time from now on, whatever the load: elsewhere, or with other queries. */
export function changesUsualTimes(observation: Observation): boolean {
  if (observation.kind === "datacenter") return true;
  return observation.kind === "reload" && observation.succeeded &&
    observation.changes.changed.length > 0;
}
