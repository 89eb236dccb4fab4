import { expect } from "@std/expect";
import { it } from "@std/testing/bdd";
import { round, roundedText, twoDecimals } from "./round.ts";

const TIMES = [
  ...[0, 0.001, 0.004999, 0.005, 0.0149, 0.1, 0.5, 0.999, 1, 1.005, 9.994, 9.995, 10, 12.3, 99.99],
  ...[100, 1234.5678, 60_000, 2 ** 30 / 100, 2 ** 30 / 100 + 0.01, 1e12],
  ...[-1.5, NaN, Infinity],
];
// Every hundredth is met, also those that no binary fraction has.
for (let hundredth = 0; hundredth < 1_000; hundredth++) {
  TIMES.push(hundredth / 100, 7 + hundredth / 999);
}

it("roundedText() writes what round() is, as JSON does", () => {
  for (const ms of TIMES.filter((ms) => ms >= 0 && Number.isFinite(ms))) {
    expect(roundedText(ms)).toEqual(JSON.stringify(round(ms)));
  }
});

it("twoDecimals() has both decimals of every time", () => {
  for (const ms of TIMES) {
    if (!(ms >= 0 && Number.isFinite(ms))) expect(twoDecimals(ms)).toEqual(ms.toFixed(2));
    else expect(twoDecimals(ms)).toEqual(round(ms).toFixed(2));
  }
});
