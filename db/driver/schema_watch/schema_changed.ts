/**
 * The error for a statement that no longer means what it meant when it was prepared.
 *
 * @module
 */

/** Thrown before the statement is run: its values were encoded for types that it no longer has. */
export class SchemaChangedError extends Error {
  override readonly name = "SchemaChangedError";
}
