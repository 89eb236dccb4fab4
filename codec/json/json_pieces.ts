/**
 * JSON text in pieces, for values that are too large to be written at once: `JSON.stringify` cannot pause.
 * Joined, the pieces are the same text.
 *
 * @module
 */
import { isJsonObject } from "./json_object.ts";

/** What one piece weighs at most. To write it takes some tens of microseconds. */
const MAX_WEIGHT = 8_192;
/** Of numbers and words. */
const SHORT_WEIGHT = 8;

/** Whether a value is small enough to be written at once. */
export function isLight(json: unknown): boolean {
  return weigh(json, MAX_WEIGHT) <= MAX_WEIGHT;
}

/** The text of a value, in pieces that each take about the same time to write. */
export function* jsonPieces(json: unknown): Generator<string> {
  if (isLight(json)) yield JSON.stringify(json);
  else yield* heavyPieces(json);
}

function heavyPieces(json: unknown): Generator<string> {
  if (typeof json === "string") return stringPieces(json);
  if (Array.isArray(json)) return arrayPieces(json);
  return objectPieces(isJsonObject(json) ? json : {});
}

/** About the length of the text, counted no further than a little beyond `most`. */
export function weigh(json: unknown, most: number): number {
  if (typeof json === "string") return json.length;
  let weight = SHORT_WEIGHT;
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length && weight <= most; index++) {
      weight += weigh(json[index], most - weight);
    }
  } else if (isJsonObject(json)) {
    for (const key in json) {
      weight += key.length + weigh(json[key], most - weight);
      if (weight > most) break;
    }
  }
  return weight;
}

/** A text in slices, none of which ends inside a pair of surrogates. */
export function* slicesOf(text: string): Generator<string> {
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = Math.min(start + MAX_WEIGHT, text.length);
    // Half of a pair would be written as an escape.
    if (isHighSurrogate(text.charCodeAt(end - 1)) && end < text.length) end++;
    yield text.slice(start, end);
  }
}

function* stringPieces(text: string): Generator<string> {
  yield '"';
  for (const slice of slicesOf(text)) yield JSON.stringify(slice).slice(1, -1);
  yield '"';
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** A piece has as many members as are light enough together; a heavy member has separate pieces. */
function* arrayPieces(array: readonly unknown[]): Generator<string> {
  let before = "[";
  for (let start = 0, end = 0; start < array.length; start = end) {
    end = start + lightMembers(array, start);
    if (end > start) {
      yield before + JSON.stringify(array.slice(start, end)).slice(1, -1);
    } else {
      yield before;
      yield* heavyPieces(array[end++]);
    }
    before = ",";
  }
  yield "]";
}

/** How many members from `start` on are light enough together. */
function lightMembers(array: readonly unknown[], start: number): number {
  let weight = 0;
  for (let index = start; index < array.length; index++) {
    // A heavy member that follows light ones is weighed no further than they leave room for.
    weight += weigh(array[index], MAX_WEIGHT - weight);
    if (weight > MAX_WEIGHT) return index - start;
  }
  return array.length - start;
}

function* objectPieces(object: Readonly<Record<string, unknown>>): Generator<string> {
  let text = "{";
  let separator = "";
  for (const key of Object.keys(object)) {
    const member = object[key];
    text += `${separator}${JSON.stringify(key)}:`;
    separator = ",";
    if (isLight(member)) {
      text += JSON.stringify(member);
    } else {
      yield text;
      yield* heavyPieces(member);
      text = "";
    }
    if (text.length < MAX_WEIGHT) continue;
    yield text;
    text = "";
  }
  yield `${text}}`;
}
