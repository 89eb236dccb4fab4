/**
 * The assertions that the tests of the types share. Cases are tables, so that a near miss stands right beside
 * the valid value.
 *
 * @module
 */
import { expect } from "@std/expect";
import { Buffer } from "node:buffer";
import type { Codec, CqlType, Json } from "../../../codec/codec.ts";
import { codecFor } from "../../../codec/codec_for.ts";
import { JsonWriter } from "../../../codec/json/json_writer.ts";
import { parseJson } from "../../../codec/json/parse_json.ts";

/** JSON text in, bytes in hexadecimal, and the JSON text out where it differs. */
export type Row = readonly [input: string, hex: string, output?: string];

/** Expects each JSON text to become its bytes, and the bytes to become the canonical JSON text. */
export function expectBytes(type: CqlType, rows: readonly Row[]): void {
  const codec = codecFor(type);
  for (const [input, hex, output = input] of rows) {
    const bytes = codec.encode(codec.input.parse(parseJson(input)));
    expect([input, bytes.toString("hex")]).toEqual([input, hex]);
    const json = decodeAll(codec, bytes);
    expect([input, JSON.stringify(json)]).toEqual([input, output]);
    expect([input, codec.output.safeParse(json).success]).toEqual([input, true]);
  }
}

/** Expects each JSON text to be refused, with a message that has this in it. */
export function expectRefused(type: CqlType, rows: readonly (readonly [string, string])[]): void {
  const codec = codecFor(type);
  for (const [input, message] of rows) {
    const { error } = codec.input.safeParse(parseJson(input));
    expect([input, error?.issues[0]?.message]).toEqual([input, expect.stringContaining(message)]);
  }
}

/** Expects each string of a URL to become the same bytes as a JSON text. */
export function expectText(type: CqlType, rows: readonly (readonly [string, string])[]): void {
  const codec = codecFor(type);
  for (const [text, json] of rows) {
    const bytes = codec.encode(codec.text.parse(text)).toString("hex");
    const expected = codec.encode(codec.input.parse(parseJson(json))).toString("hex");
    expect([text, bytes]).toEqual([text, expected]);
  }
}

/** Expects each string of a URL to be refused. */
export function expectTextRefused(type: CqlType, texts: readonly string[]): void {
  const codec = codecFor(type);
  for (const text of texts) {
    expect([text, codec.text.safeParse(text).success]).toEqual([text, false]);
  }
}

/** Decodes the bytes as they stand in a frame: with others before and after them. */
export function decodeAll(codec: Codec, bytes: Buffer): Json {
  const frame = Buffer.concat([Buffer.from("a55a", "hex"), bytes, Buffer.from("5aa5", "hex")]);
  return codec.decode(frame, 2, 2 + bytes.length);
}

/** The text that the codec writes for the same bytes, appended to earlier text. */
export function writeAll(codec: Codec, bytes: Buffer): string {
  const frame = Buffer.concat([Buffer.from("a55a", "hex"), bytes, Buffer.from("5aa5", "hex")]);
  // Too small, so that it has to grow.
  const out = new JsonWriter(1);
  out.ascii("[");
  codec.writeJson(frame, 2, 2 + bytes.length, out);
  return Buffer.from(out.view()).toString("utf8", 1);
}
