/**
 * The text of a record of CSV → its fields, or what is wrong with it (RFC 4180, section 2). An empty field is null,
 * and the empty text is `""`: as cqlgate writes them.
 *
 * @module
 */
import { COMMA, QUOTE } from "../../../codec/json/characters.ts";
import { ServiceError } from "../../../errors/service_error.ts";

/** The text of a field; null for an empty one without quotes. */
export type Field = string | null;

const CARRIAGE_RETURN = 0x0d;
/** As many as a sheet of a spreadsheet has. */
const MAX_COLUMNS = 16_384;

/**
 * @param columns the names in the header, for its errors; null for the header itself
 * @throws {ServiceError} `malformed_request` for quotes in the wrong place, a number of fields that is not the number
 * of the columns, and a header with too many
 */
export function readFields(text: string, columns: readonly string[] | null): Field[] {
  const fields: Field[] = [];
  let at = 0;
  for (let column = 0;; column++) {
    if (columns === null && column === MAX_COLUMNS) throw tooManyColumns();
    const field = text.charCodeAt(at) === QUOTE ? readQuoted(text, at) : readBare(text, at);
    if ("mistake" in field) {
      throw new ServiceError("malformed_request", `${placeOf(column, columns)} ${field.mistake}`);
    }
    // What is beyond the columns is only counted.
    if (columns === null || column < columns.length) fields.push(field.value);
    if (field.end === text.length) {
      const count = column + 1;
      if (columns !== null && count !== columns.length) throw otherCount(count, columns.length);
      return fields;
    }
    at = field.end + 1;
  }
}

/** Where a field ends: at a comma, or at the end of the text. */
type Found = { readonly value: Field; readonly end: number } | { readonly mistake: string };

/** Not with a regular expression, nor a search for each quote: text may be full of quotes. */
function readQuoted(text: string, start: number): Found {
  let doubled = 0;
  for (let at = start + 1; at < text.length; at++) {
    if (text.charCodeAt(at) !== QUOTE) continue;
    if (text.charCodeAt(at + 1) === QUOTE) {
      doubled++;
      at++;
      continue;
    }
    const end = at + 1;
    if (end < text.length && text.charCodeAt(end) !== COMMA) {
      return { mistake: "goes on after its closing quote: write a quote in a field twice" };
    }
    const inside = text.slice(start + 1, at);
    return { value: doubled === 0 ? inside : inside.replaceAll('""', '"'), end };
  }
  return { mistake: "opens a quote that is never closed: write a quote in a field twice" };
}

function readBare(text: string, start: number): Found {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === COMMA) break;
    if (code === QUOTE) {
      return {
        mistake: "has a quote and does not begin with it: put the field in quotes, " +
          "and write each quote in it twice",
      };
    }
    if (code === CARRIAGE_RETURN) {
      return {
        mistake: "has a carriage return outside quotes: put the field in quotes, " +
          "and end lines with CRLF or LF",
      };
    }
  }
  return { value: end === start ? null : text.slice(start, end), end };
}

function placeOf(column: number, columns: readonly string[] | null): string {
  const name = columns?.[column] ?? "";
  return name === "" ? `Column ${column + 1}` : `Column ${column + 1}, "${name}",`;
}

function tooManyColumns(): ServiceError {
  const detail = `The header line has more than ${MAX_COLUMNS} columns: leave out the empty ones`;
  return new ServiceError("malformed_request", detail);
}

function otherCount(found: number, expected: number): ServiceError {
  const fields = found === 1 ? "1 field" : `${found} fields`;
  const columns = expected === 1 ? "1 column" : `${expected} columns`;
  return new ServiceError(
    "malformed_request",
    `The line has ${fields}, and the header line ${columns}: send a field for each column, ` +
      "and put a field with a comma in quotes",
  );
}
