/**
 * Which methods a path has, for `405 Method Not Allowed` (RFC 9110, section 15.5.6).
 *
 * @module
 */

export interface RoutePattern {
  readonly method: string;
  /** With markers in braces. */
  readonly path: string;
}

/** The methods of the routes that match `path`; empty where none does. */
export function methodsFor(path: string, patterns: readonly RoutePattern[]): string[] {
  const methods = patterns.filter((pattern) => matches(path, pattern.path))
    .map(({ method }) => method.toUpperCase());
  const withHead = methods.includes("GET") ? [...methods, "HEAD"] : methods;
  return [...new Set(withHead)].sort();
}

function matches(path: string, template: string): boolean {
  const parts = path.split("/");
  const expected = template.split("/");
  return parts.length === expected.length &&
    expected.every((part, index) =>
      part === parts[index] || (/^\{\w+\}$/.test(part) && parts[index] !== "")
    );
}
