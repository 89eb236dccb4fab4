import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import { MINUS_ZERO } from "../codec/json/minus_zero.ts";
import { eventLine } from "./event_line.ts";

describe("eventLine()", () => {
  const TEXTS: [name: string, text: string][] = [
    ["a line feed and quotes", 'a"\n\r{"event":"outcome"}\\'],
    ["control characters", "\u0000\u001b[2J\u007f\u0080\u009b31m"],
    ["separators that some readers take for line ends", "\u0085\u2028\u2029\v\f"],
    ["direction and width", "\u202e\u200b\ufeff"],
    ["letters and pairs of surrogates", "Reykjavík 🙂"],
    ["half a pair of surrogates", "\ud83d"],
  ];
  for (const [name, text] of TEXTS) {
    it(`writes ${name} as one line of plain ASCII that reads the same`, () => {
      const line = new TextDecoder().decode(eventLine({ text, [text]: 1 }));
      expect(line).toMatch(/^[\x20-\x7e]+\n$/);
      expect(JSON.parse(line)).toEqual({ text, [text]: 1 });
    });
  }

  it("writes raw JSON as it is", () => {
    expect(new TextDecoder().decode(eventLine({ value: MINUS_ZERO }))).toBe('{"value":-0.0}\n');
  });
});
