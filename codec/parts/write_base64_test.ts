import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { JsonWriter } from "../json/json_writer.ts";
import { writeBase64 } from "./write_base64.ts";

function written(bytes: Buffer, start: number, end: number): string {
  const out = new JsonWriter(1);
  out.ascii("[");
  writeBase64(bytes, start, end, out);
  out.ascii("]");
  return Buffer.from(out.view()).toString("latin1");
}

describe("writeBase64()", () => {
  it("writes what the runtime reads, as the examples of RFC 4648 have it", () => {
    const examples = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    expect(examples.map((_, length) => written(Buffer.from("foobar"), 0, length)))
      .toEqual(examples.map((text) => `["${text}"]`));
  });

  it("writes the same as the runtime, of any part of any bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(20),
        fc.nat(20),
        (array, from, less) => {
          const bytes = Buffer.from(array);
          const start = Math.min(from, bytes.length);
          const end = Math.max(start, bytes.length - less);
          expect(written(bytes, start, end)).toBe(`["${bytes.toString("base64", start, end)}"]`);
        },
      ),
    );
  });
});
