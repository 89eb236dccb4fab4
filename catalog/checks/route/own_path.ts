/**
 * The path of a route against the paths that the service itself answers. A clash that comes from the prefix of
 * the file is reported at the prefix.
 *
 * @module
 */

import { checkOwnPath } from "../../tags/route/route_tag.ts";
import type { Report } from "../../text/source.ts";
import type { QueryFacts } from "../rule.ts";

export function checkRoutePath({ route }: QueryFacts, report: Report): void {
  const path = route?.path ?? null;
  if (path === null || path.prefix !== null && path.prefix.markers.length === 0) return;
  checkOwnPath(path, report);
}
