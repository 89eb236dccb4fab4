import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { ServiceError } from "../../errors/service_error.ts";
import { ticksOfMs } from "../generate/uuid.ts";
import { parseIdempotencyKey } from "./idempotency_key.ts";

describe("parseIdempotencyKey()", () => {
  for (
    const [header, text] of [
      ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"],
      ["8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"],
      ['"a b, c;d"', "a b, c;d"],
      [String.raw`"\"\\"`, String.raw`"\ `.trim()],
      ["order:1/2=3", "order:1/2=3"],
      ["k".repeat(255), "k".repeat(255)],
    ] as const
  ) {
    it(`reads ${header.slice(0, 40)}`, () => {
      expect(parseIdempotencyKey(header).text).toBe(text);
    });
  }

  for (
    const header of [
      "",
      '""',
      "a b",
      "a,b",
      "a;b",
      '"a',
      'a"',
      '"a"b',
      '"a\\b"',
      '"é"',
      '"\t"',
      "?1",
      "(a)",
      "k".repeat(256),
    ]
  ) {
    it(`refuses ${header.slice(0, 40)}`, () => {
      expect(() => parseIdempotencyKey(header)).toThrow(ServiceError);
    });
  }

  for (
    const [key, ms] of [
      // The examples of RFC 9562, appendices A.6 and A.1.
      ["017F22E2-79B0-7CC3-98C4-DC0C0C07398F", Date.UTC(2022, 1, 22, 19, 22, 22)],
      ["C232AB00-9414-11EC-B3C8-9F6BDECED846", Date.UTC(2022, 1, 22, 19, 22, 22)],
      ["017f22e2-79b0-4cc3-98c4-dc0c0c07398f", null],
      ["017f22e2-79b0-6cc3-98c4-dc0c0c07398f", null],
      ["017f22e2-79b0-7cc3-18c4-dc0c0c07398f", null],
      ["017f22e279b07cc398c4dc0c0c07398f", null],
      ["x017f22e2-79b0-7cc3-98c4-dc0c0c07398f", null],
    ] as const
  ) {
    it(`finds ${ms === null ? "no time" : "the time"} in ${key}`, () => {
      expect(parseIdempotencyKey(key).ticks).toBe(ms === null ? null : ticksOfMs(ms));
    });
  }
});
