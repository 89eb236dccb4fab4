/**
 * A JSON body for one row → the values that it has, as a plain line of an upload is read: nothing is parsed into objects
 * that are then checked and encoded, which took a seventh of the instructions of a write.
 *
 * It is a shortcut. A body that it does not read takes the other way, which reports what is wrong with it; one that it
 * reads has the same values that it would have there.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { unpackRow } from "../../../codec/packed/packed_rows.ts";
import type { PlainBodyReader } from "../body/read_body.ts";
import type { InputFacts } from "../compile_input.ts";
import { sourceOf } from "../param_place.ts";
import { compileLineReader } from "./line_reader.ts";

/** @param facts of a query whose body is JSON */
export function compilePlainBody(facts: InputFacts): PlainBodyReader {
  const sent = facts.params.filter(({ param: { source } }) =>
    (source.in === "bucket" ? sourceOf(facts.params, source.of) : source).in === "body"
  ).map(({ param: { name }, positions }) => ({ name, position: positions[0]! }));
  // Their values are bound elsewhere.
  const readLine = compileLineReader(facts)({});
  return (bytes) => {
    const row = readLine({ bytes, start: 0, end: bytes.length });
    if (row === null) return null;
    const bound = unpackRow(row);
    const values: Record<string, Buffer | null | undefined> = {};
    for (const { name, position } of sent) values[name] = bound[position];
    return values;
  };
}
