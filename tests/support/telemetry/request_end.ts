/**
 * How a request has ended, as the service notes it for its log and its metrics.
 *
 * @module
 */
import type { Observation } from "../../../observe/observation.ts";

export type RequestEnd = Extract<Observation, { kind: "request" }>;

/** How the request with an id has ended; undefined until it has. */
export function endOf(
  { observations }: { readonly observations: readonly Observation[] },
  id: string,
): RequestEnd | undefined {
  return observations.find((each): each is RequestEnd =>
    each.kind === "request" && each.requestId === id
  );
}
