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

/** For `405 Method Not Allowed` (RFC 9110, section 15.5.6): the methods of the routes that match `path`; empty if none does. */
export function methodsFor(path: string, patterns: readonly RoutePattern[]): string[] {
  const methods = patterns.filter((pattern) => matchesPath(path, pattern.path))
    .map(({ method }) => method.toUpperCase());
  const withHead = methods.includes("GET") ? [...methods, "HEAD"] : methods;
  return [...new Set(withHead)].sort();
}

/**
 * Orders routes so that the first match is the right one: segment by segment, a literal before a marker,
 * as in OpenAPI.
 */
export function bySpecificity(a: RoutePattern, b: RoutePattern): number {
  const [ours, theirs] = [a.path.split("/"), b.path.split("/")];
  for (const [index, segment] of ours.entries()) {
    const difference = Number(isMarker(segment)) - Number(isMarker(theirs[index] ?? ""));
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

/** Whether a path belongs to a route with this template. */
export function matchesPath(path: string, template: string): boolean {
  const parts = path.split("/");
  const expected = template.split("/");
  return parts.length === expected.length &&
    expected.every((part, index) =>
      part === parts[index] || (isMarker(part) && parts[index] !== "")
    );
}
