/**
 * Which series of a metric are exported. The runtime keeps 2,000 sets of attributes of a metric for good: of all further
 * ones, it exports a single number, which is that of one of them. Most series of a counter by route and code stay at zero,
 * so those must not take the places of what has happened.
 *
 * @module
 */
import type { Attributes } from "@opentelemetry/api";

/** Sets of attributes of a metric that the runtime keeps apart (Deno 2.9); one is for the sum of the others. */
const MAX_EXPORTED_SERIES = 2_000;
/** How many series may be exported at zero, so that their first increase shows: half is left for the others. */
const MAX_BEGUN_AT_ZERO = MAX_EXPORTED_SERIES / 2;

/** As in OpenTelemetry's specification of cardinality limits. */
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

/** A metric has series that are exported as one sum, or not at all. */
export class TooManySeries extends Error {
  override readonly name = "TooManySeries";

  constructor() {
    super(
      `The runtime keeps ${MAX_EXPORTED_SERIES} series of a metric apart: scrape /metrics of ADMIN_PORT, which has all of them`,
    );
  }
}

export interface SeriesValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** The series of a counter or a gauge that have a place. A place is kept for as long as the process runs. */
export class ExportedSeries {
  readonly #places = new Map<string, Attributes>();
  readonly #isCounter: boolean;

  constructor(kind: "counter" | "gauge") {
    this.#isCounter = kind === "counter";
  }

  /**
   * Exports the values of a metric, and the sum of those of a counter that have no place.
   *
   * @returns how many series have a value and no place
   */
  export(
    values: readonly SeriesValue[],
    observe: (value: number, attributes: Attributes) => void,
  ): number {
    let beyond = 0;
    let sum = 0;
    for (const { value, labels } of values) {
      if (!Number.isFinite(value)) continue;
      const attributes = this.#placeOf(value, labels);
      if (attributes !== null) observe(value, attributes);
      else if (value !== 0 || !this.#isCounter) {
        beyond++;
        sum += value;
      }
    }
    if (beyond > 0 && this.#isCounter) observe(sum, OVERFLOW);
    return beyond;
  }

  #placeOf(value: number, labels: SeriesValue["labels"]): Attributes | null {
    const key = JSON.stringify(labels);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const places = this.#isCounter && value === 0 ? MAX_BEGUN_AT_ZERO : MAX_EXPORTED_SERIES - 1;
    if (this.#places.size >= places) return null;
    const attributes = attributesOf(labels);
    this.#places.set(key, attributes);
    return attributes;
  }
}

/** A status is a label of text, and not a double. */
export function attributesOf(labels: Readonly<Record<string, unknown>>): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
