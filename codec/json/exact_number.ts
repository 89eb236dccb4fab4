/**
 * A number in JSON text that a JavaScript number could not hold or print as it was written: `9007199254740993`,
 * `1.0`, `1e400`, `-0`. `parseJson()` makes them; each codec decides what the literal means for its type.
 *
 * @module
 */
export class ExactNumber {
  /** The literal as it stands in the JSON text. */
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}
