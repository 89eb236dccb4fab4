/**
 * The values in the path of a request, by their names in the template of its route. The framework decodes each of them,
 * which takes longer than to find the route; a path without escapes has nothing to decode.
 *
 * @module
 */
import type { HonoRequest } from "hono";

export type PathValues = Readonly<Record<string, string>>;

/** @param template of a route, such as `/stations/{station_id}`: each name is a whole segment */
export function compilePathValues(
  template: string,
): (request: Pick<HonoRequest, "path" | "param">) => PathValues {
  const names = template.split("/").map((segment) => /^\{(\w+)\}$/.exec(segment)?.[1] ?? null);
  return (request) => {
    const { path } = request;
    if (path.includes("%")) return request.param() as PathValues;
    const values: Record<string, string> = {};
    let start = 0;
    for (const name of names) {
      const slash = path.indexOf("/", start);
      const end = slash === -1 ? path.length : slash;
      if (name !== null) values[name] = path.slice(start, end);
      start = end + 1;
    }
    return values;
  };
}
