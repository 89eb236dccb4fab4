/**
 * The route that somebody probably meant by a path that none has: the words of the path are compared with those
 * of the routes, and a segment at either end may be missing or too much. Its cost is limited: long paths are
 * not compared.
 *
 * @module
 */
import { closest } from "../catalog/text/suggest.ts";
import { isMarker } from "./route_pattern.ts";

/** A longer path is not a slip of the finger. */
const MAX_CHARACTERS = 128;
/** The cost of a segment that is missing or too much; a misspelt segment costs 1. */
const MISPLACED = 2;

/** @returns finds the template for an unescaped path; null if no route is near */
export function createRouteFinder(
  templates: readonly string[],
): (path: string) => string | null {
  // Of two that are equally near, the one with more words says more.
  const routes = templates.map((template) => ({ template, expected: segmentsOf(template) }))
    .toSorted((a, b) => wordsIn(b.expected) - wordsIn(a.expected));
  const words = [...new Set(routes.flatMap(({ expected }) => expected))]
    .filter((segment) => !isMarker(segment));
  return (path) => {
    if (path.length > MAX_CHARACTERS) return null;
    // Each segment with the word of a route that it is near to; a value is near to none.
    const given = segmentsOf(path).map((text) => ({ text, word: closest(text, words) }));
    let best: string | null = null;
    let bestCost = Infinity;
    for (const { template, expected } of routes) {
      const cost = costOf(given, expected);
      if (cost < bestCost) [best, bestCost] = [template, cost];
    }
    return best;
  };
}

interface GivenSegment {
  readonly text: string;
  /** The word that it probably means. */
  readonly word: string | null;
}

/** How far a path is from a template; infinity if it is about something else. */
function costOf(given: readonly GivenSegment[], expected: readonly string[]): number {
  switch (given.length - expected.length) {
    case 0:
      return misspellings(given, expected);
    case 1:
      return MISPLACED +
        Math.min(
          misspellings(given.slice(1), expected),
          misspellings(given.slice(0, -1), expected),
        );
    case -1: {
      const withoutPrefix = misspellings(given, expected.slice(1));
      // A value may be missing at the end, but not a word: "/v1" is not "/v1/stations".
      if (!isMarker(expected.at(-1)!)) return MISPLACED + withoutPrefix;
      return MISPLACED + Math.min(withoutPrefix, misspellings(given, expected.slice(0, -1)));
    }
    default:
      return Infinity;
  }
}

/** How many words differ from those of a template; infinity if a word is a different one, or missing. */
function misspellings(given: readonly GivenSegment[], expected: readonly string[]): number {
  const pairs = expected.map((segment, index) => ({ segment, ...given[index]! }))
    .filter(({ segment }) => !isMarker(segment));
  if (pairs.length === 0 || pairs.some(({ segment, word }) => segment !== word)) return Infinity;
  return pairs.filter(({ segment, text }) => segment !== text).length;
}

function wordsIn(segments: readonly string[]): number {
  return segments.filter((segment) => !isMarker(segment)).length;
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}
