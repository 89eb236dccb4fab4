/**
 * The cost of writing minus zero: rows as JSON without it and with it, compared with two other ways, a
 * replacer and a check of every number. Run with `deno bench bench/micro/minus_zero.ts`.
 *
 * @module
 */
import type { Json } from "../../codec/codec.ts";
import { MINUS_ZERO } from "../../codec/json/minus_zero.ts";

const ROWS = 10_000;

function rowsWith(temperature: (index: number) => Json): { [column: string]: Json }[] {
  return Array.from({ length: ROWS }, (_, index) => ({
    observed_at: "2010-01-01T00:00:00.000Z",
    temperature: temperature(index),
    pressure: 1016.2,
    wind: null,
  }));
}

const plain = rowsWith(() => 4.5);
const some = rowsWith((index) => index % 10 === 0 ? MINUS_ZERO : 4.5);

function hasMinusZero(rows: typeof plain): boolean {
  return rows.some((row) => Object.values(row).some((value) => Object.is(value, -0)));
}

Deno.bench("rows without minus zero", { baseline: true }, () => {
  JSON.stringify(plain);
});
Deno.bench("a tenth of the rows with minus zero", () => {
  JSON.stringify(some);
});
Deno.bench("rows without it, after a look at every value", () => {
  if (!hasMinusZero(plain)) JSON.stringify(plain);
});
Deno.bench("rows without it, with a replacer", () => {
  JSON.stringify(plain, (_, value) => Object.is(value, -0) ? MINUS_ZERO : value);
});
