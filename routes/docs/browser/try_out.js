/**
 * What the reference does when somebody tries an operation: which parameters it fills in, and with which media
 * type it sends a file.
 *
 * @module
 */
import { operationsIn } from "./caller.js";

/** The only type for which the reference lets its readers choose a file. */
const BYTES = "application/octet-stream";

const SIMPLE = ["number", "integer", "string", "boolean", "null"];

/**
 * The document saying how the reference's form begins. It would send the example of each parameter, so that
 * the first read of a row had an `If-Match` that no row has: what may be left out is left out, except for
 * defaults.
 */
export function withTryOut(document) {
  const own = withListedTypes(document);
  for (const { operation } of operationsIn(own)) {
    for (const parameter of operation.parameters ?? []) leaveOut(parameter);
    if (mediaTypesOf(operation).length > 0) {
      operation.requestBody["x-scalar-selected-content-type"] = { default: BYTES };
    }
  }
  return own;
}

/** Simple types that a value may have in one list again: the reference shows "any of" as a form of its own. */
function withListedTypes(node) {
  if (Array.isArray(node)) return node.map(withListedTypes);
  if (typeof node !== "object" || node === null) return node;
  const own = Object.fromEntries(
    Object.entries(node).map(([key, each]) => [key, withListedTypes(each)]),
  );
  const { anyOf, ...rest } = own;
  if (!Array.isArray(anyOf) || !anyOf.every(({ type }) => SIMPLE.includes(type))) return own;
  return { ...Object.assign({}, ...anyOf), type: anyOf.map(({ type }) => type), ...rest };
}

/** What a reader enters in an empty field is sent. What is no text cannot begin empty, and has to be ticked. */
function leaveOut(parameter) {
  const { type, example, default: preset } = parameter.schema ?? {};
  if (parameter.required || example === undefined || preset !== undefined) return;
  parameter.examples = {
    default: type === "string" ? { value: "" } : { "value": example, "x-disabled": true },
  };
}

/** The media types that an operation takes as bytes; none if it takes JSON. */
function mediaTypesOf({ requestBody }) {
  return Object.entries(requestBody?.content ?? {})
    .filter(([, { schema }]) => schema?.format === "binary")
    .map(([type]) => type);
}

/** The files that a reader chooses. */
export class ChosenFiles {
  #last = null;

  /** Remembers what is chosen with a control of the page. */
  watch(input) {
    input.addEventListener("change", () => {
      this.#last = input.files?.[0] ?? this.#last;
    });
  }

  /** The media type to send a body with: the file's own, which the reference does not pass on. */
  typeOf(body, { type, method, url, base, document }) {
    if (type !== BYTES) return type;
    const taken = mediaTypesOf(operationAt(document, { method, path: url.slice(base.length) }));
    const own = this.#last?.size === body.byteLength ? this.#last.type : "";
    if (taken.includes(own)) return own;
    if (taken.length === 0 || taken.includes(BYTES)) return BYTES;
    return own || (taken.length === 1 ? taken[0] : type);
  }
}

/** The operation that a request is for, as the service finds it: a word counts for more than a parameter. */
function operationAt(document, { method, path }) {
  const [found] = operationsIn(document)
    .filter((each) => each.method === method.toLowerCase() && patternOf(each.path).test(path))
    .sort((one, other) => one.path.split("{").length - other.path.split("{").length);
  return found?.operation ?? {};
}

function patternOf(path) {
  const parts = path.split(/\{[^}]*\}/).map(escaped);
  return new RegExp(`^${parts.join("[^/?]+")}(\\?|$)`);
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
