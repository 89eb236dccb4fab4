/**
 * How `docs/types.md` writes values as JSON and as text, from what they mean. Independent of the service's
 * own codecs, as all that says what is expected of them.
 *
 * @module
 */
import { Buffer } from "node:buffer";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MS_PER_DAY = 86_400_000;
const DAYS_OF_400_YEARS = 146_097;

/** Days since 1970 as a date. `Date` knows 100 million days; the calendar repeats after 400 years. */
export function dateOf(days: number): string {
  const cycles = Math.trunc(days / DAYS_OF_400_YEARS);
  const date = new Date((days - cycles * DAYS_OF_400_YEARS) * MS_PER_DAY);
  const year = date.getUTCFullYear() + 400 * cycles;
  const digits = String(Math.abs(year)).padStart(year >= 0 && year <= 9999 ? 4 : 6, "0");
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return `${sign}${digits}${date.toISOString().slice(-19, -14)}`.replace(/(\d\d-\d\d)$/, "-$1");
}

export function timestampOf(ms: bigint): string {
  const day = BigInt(MS_PER_DAY);
  const ofDay = (ms % day + day) % day;
  const date = dateOf(Number((ms - ofDay) / day));
  return `${date}T${new Date(Number(ofDay)).toISOString().slice(11)}`;
}

export function timeOf(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(11, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;
}

export function numberOf(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

/** The shortest decimal that is still this float. */
export function floatOf(number: number): Json {
  const value = Math.fround(number);
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((digits) =>
    Math.fround(Number(value.toPrecision(digits))) === value
  );
  return numberOf(digits === undefined ? value : Number(value.toPrecision(digits)));
}

/** Source: the documentation of Java's `BigDecimal.toString()`. */
export function javaDecimal(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled).replace("-", "");
  const adjusted = digits.length - 1 - scale;
  if (scale === 0) return `${sign}${digits}`;
  if (scale > 0 && adjusted >= -6) {
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, padded.length - scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  if (adjusted === 0) return `${sign}${mantissa}`;
  return `${sign}${mantissa}E${adjusted > 0 ? "+" : ""}${adjusted}`;
}

export function durationOf(
  [months, days, ns, negative]: readonly [number, number, bigint, boolean],
): string {
  const units: [bigint, string][] = [
    [BigInt(months) / 12n, "y"],
    [BigInt(months) % 12n, "mo"],
    [BigInt(days), "d"],
    [ns / 3_600_000_000_000n, "h"],
    [ns / 60_000_000_000n % 60n, "m"],
    [ns / 1_000_000_000n % 60n, "s"],
    [ns / 1_000_000n % 1000n, "ms"],
    [ns / 1_000n % 1000n, "us"],
    [ns % 1000n, "ns"],
  ];
  const text = units.map(([count, unit]) => count === 0n ? "" : `${count}${unit}`).join("");
  return text === "" ? "0s" : negative ? `-${text}` : text;
}

/** RFC 5952, as the URL standard writes hosts; IPv4 addresses inside IPv6 keep their dots. */
export function inetOf(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  const hex = Buffer.from(address).toString("hex");
  if (hex.startsWith("00000000000000000000ffff")) return `::ffff:${address.slice(12).join(".")}`;
  return new URL(`http://[${hex.match(/.{4}/g)!.join(":")}]`).hostname.slice(1, -1);
}

/** `JSON.stringify` that writes minus zero, which JSON has. */
export function jsonText(json: Json): string {
  if (Object.is(json, -0)) return "-0.0";
  if (Array.isArray(json)) return `[${json.map(jsonText).join(",")}]`;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  const members = Object.entries(json).map(([key, member]) =>
    `${JSON.stringify(key)}:${jsonText(member)}`
  );
  return `{${members.join(",")}}`;
}

/** The key of a JSON object for a map's key. */
export function keyText(key: Json): string {
  return typeof key === "string" ? key : jsonText(key);
}
