/**
 * The demo data: a year of hourly weather in Seattle, from the package vega-datasets.
 *
 * @module
 */

// Imported for its place on the disk: the package exports no path to its data.
import { fileURLToPath } from "node:url";
import "vega-datasets";

/** One line of the file. */
export interface WeatherObservation {
  /** RFC 3339. The file's local times are taken as UTC, which has no hour twice. */
  readonly observed_at: string;
  readonly temperature: number;
  readonly pressure: number;
  readonly wind: number;
}

/** Reads the observations in the file's order. */
export async function readObservations(): Promise<WeatherObservation[]> {
  const entryPoint = import.meta.resolve("vega-datasets");
  const file = new URL("../data/seattle-weather-hourly-normals.csv", entryPoint);
  return parseObservations(await Deno.readTextFile(fileURLToPath(file)));
}

/**
 * Parses CSV with a header, in any order of columns.
 *
 * @throws {Error} naming the line: a column missing, a value that is not what its column says, a
 * time that was there before
 */
export function parseObservations(csv: string): WeatherObservation[] {
  const [header = "", ...lines] = csv.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  const seen = new Set<string>();
  return lines.map((line, index) => {
    const place = `line ${index + 2}`;
    const values = line.split(",");
    const field = (name: string) => values[names.indexOf(name)] ?? "";
    const number = (name: string) => {
      const text = field(name);
      if (!/^-?\d+(\.\d+)?$/.test(text)) {
        throw new Error(`Cannot read the demo data: ${name} is "${text}" in ${place}`);
      }
      return Number(text);
    };
    const date = field("date");
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(date) || Number.isNaN(Date.parse(`${date}Z`))) {
      throw new Error(`Cannot read the demo data: date is "${date}" in ${place}`);
    }
    if (seen.has(date)) throw new Error(`Cannot read the demo data: ${date} again in ${place}`);
    seen.add(date);
    return {
      observed_at: `${date}Z`,
      temperature: number("temperature"),
      pressure: number("pressure"),
      wind: number("wind"),
    };
  });
}
