/**
 * The headers of an answer before there is a response. Nearly all answers have the same few names, and many of the same
 * values, so the runtime's `Headers` are kept from answer to answer: to check and compare all of them for each answer
 * would cost a small read about 4 % of its instructions.
 *
 * @module
 */
import type { HeaderFields } from "../context.ts";

/** Names are in lower case, as everywhere in this service. */
export class HeaderList implements HeaderFields {
  readonly #names: string[] = [];
  readonly #values: string[] = [];

  constructor(own: Readonly<Record<string, string>>) {
    for (const name in own) this.set(name, own[name]!);
  }

  get(name: string): string | null {
    return this.#values[this.#names.indexOf(name)] ?? null;
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  set(name: string, value: string): void {
    const index = this.#names.indexOf(name);
    if (index !== -1) this.#values[index] = value;
    else {
      this.#names.push(name);
      this.#values.push(value);
    }
  }

  delete(name: string): void {
    const index = this.#names.indexOf(name);
    if (index === -1) return;
    this.#names.splice(index, 1);
    this.#values.splice(index, 1);
  }

  append(name: string, value: string): void {
    const former = this.get(name);
    this.set(name, former === null ? value : `${former}, ${value}`);
  }

  /**
   * Only until the next call, which may return the same object: a response makes a copy.
   *
   * @throws {TypeError} for what cannot be in a header
   */
  toHeaders(): Headers {
    const kept = keptWith(this.#names);
    for (let index = 0; index < this.#values.length; index++) kept.set(index, this.#values[index]!);
    return kept.headers;
  }
}

/** Headers with these names, and the values that the last answer had. */
class KeptHeaders {
  readonly headers = new Headers();
  readonly names: readonly string[];
  readonly #values: (string | undefined)[] = [];

  constructor(names: readonly string[]) {
    this.names = [...names];
    // The runtime sorts them for each answer, which takes a fourth as long where they are in order.
    for (const name of names.toSorted()) this.headers.set(name, "");
  }

  has(names: readonly string[]): boolean {
    if (names.length !== this.names.length) return false;
    for (let index = 0; index < names.length; index++) {
      if (names[index] !== this.names[index]) return false;
    }
    return true;
  }

  set(index: number, value: string): void {
    if (this.#values[index] === value) return;
    this.headers.set(this.names[index]!, value);
    this.#values[index] = value;
  }
}

/** More than the answers of a service have; what authors choose cannot make it grow. */
const MAX_KEPT = 32;

/** The headers of the last answer come first. */
const kept: KeptHeaders[] = [];

function keptWith(names: readonly string[]): KeptHeaders {
  if (kept[0]?.has(names)) return kept[0];
  const index = kept.findIndex((each) => each.has(names));
  const found = kept[index] ?? new KeptHeaders(names);
  if (index !== -1) kept.splice(index, 1);
  else if (kept.length === MAX_KEPT) kept.pop();
  kept.unshift(found);
  return found;
}
