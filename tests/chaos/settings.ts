/**
 * What a run is asked for on the command line.
 *
 * @module
 */
import { parseArgs } from "node:util";

export interface Settings {
  readonly seed: number;
  /** Two faults in place of ten, and promises of time do not decide. */
  readonly isShort: boolean;
  /** How long to run without a fault; null for a run with faults. */
  readonly soakMs: number | null;
  /** When to give up a run that has not ended; null for never. */
  readonly limitMs: number | null;
}

/** @throws {TypeError} saying what cannot be read */
export function readSettings(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: "boolean", default: false },
      seed: { type: "string" },
      soak: { type: "string" },
      limit: { type: "string" },
    },
  });
  const [soakMs, limitMs] = [values.soak, values.limit].map((text) =>
    text === undefined ? null : durationMs(text)
  ) as [number | null, number | null];
  return { seed: seedFrom(values.seed), isShort: values.short, soakMs, limitMs };
}

function seedFrom(text: string | undefined): number {
  if (text === undefined) return Date.now() % 1_000_000;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TypeError(`Cannot read the seed "${text}": write a whole number, such as 12`);
}

/** `10m` or `90s`, in milliseconds. */
function durationMs(text: string): number {
  const [, count, unit] = /^(\d{1,6})([ms])$/.exec(text) ?? [];
  if (unit === undefined) {
    throw new TypeError(`Cannot read the duration "${text}": write it as "10m" or "90s"`);
  }
  return Number(count) * (unit === "m" ? 60_000 : 1_000);
}
