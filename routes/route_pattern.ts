/**
 * Which of the routes a path belongs to, and which methods it has.
 *
 * @module
 */

export interface RoutePattern {
  readonly method: string;
  /** With markers in braces. */
  readonly path: string;
}

/** The routes that a path belongs to, in any method. */
export function routesFor<Route extends RoutePattern>(
  path: string,
  routes: readonly Route[],
): Route[] {
  // Once: a path may be long, and the routes many.
  const segments = path.split("/");
  return routes.filter(({ path: template }) => {
    const expected = template.split("/");
    return segments.length === expected.length &&
      expected.every((part, index) =>
        part === segments[index] || (isMarker(part) && segments[index] !== "")
      );
  });
}

/** The methods of routes, for `Allow` (RFC 9110, section 10.2.1). */
export function methodsOf(routes: readonly RoutePattern[]): string[] {
  const methods = routes.map(({ method }) => method.toUpperCase());
  const withHead = methods.includes("GET") ? [...methods, "HEAD"] : methods;
  return [...new Set(withHead)].sort();
}

/**
 * Orders routes so that the first match is the right one: segment by segment, a literal before a marker,
 * as in OpenAPI. Shorter paths come first: no request matches paths of different lengths, but a sort needs an
 * answer for each two of them that agrees with all others.
 */
export function bySpecificity(a: RoutePattern, b: RoutePattern): number {
  const [ours, theirs] = [a.path.split("/"), b.path.split("/")];
  if (ours.length !== theirs.length) return ours.length - theirs.length;
  for (const [index, segment] of ours.entries()) {
    const difference = Number(isMarker(segment)) - Number(isMarker(theirs[index]!));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A route that another route hides, since both match the same paths; null if no route is hidden. */
export function findHidden(patterns: readonly RoutePattern[]): RoutePattern | null {
  const seen = new Set<string>();
  for (const pattern of patterns) {
    const shape = `${pattern.method.toUpperCase()} ${pattern.path.replaceAll(/\{\w+\}/g, "{}")}`;
    if (seen.has(shape)) return pattern;
    seen.add(shape);
  }
  return null;
}

export function isMarker(segment: string): boolean {
  return /^\{[^{}]+\}$/.test(segment);
}
