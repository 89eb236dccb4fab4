/**
 * Reads Prometheus text: what a service says of itself at one time.
 *
 * @module
 */

export interface MetricsText {
  readonly text: string;
  /** The value of a series, such as `name{label="value"}`; undefined if there is no such series. */
  value(series: string): number | undefined;
}

/** @param adminUrl the address of the admin port */
export async function scrape(adminUrl: string): Promise<MetricsText> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return {
    text,
    value(series) {
      const line = text.split("\n").find((each) => each.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    },
  };
}
