/**
 * The one spelling of names: queries, markers and parameters are `snake_case`. The server lower-cases
 * unquoted names, so any other spelling would not survive it.
 *
 * @module
 */

/** Whether `name` is lower-case letters, digits and `_`, beginning with a letter. */
export function isSnakeCase(name: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(name);
}

/** `stationId`, `Station-ID` → `station_id`; what cannot be in a name is dropped. A name that is right stays. */
export function toSnakeCase(name: string): string {
  if (isSnakeCase(name)) return name;
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .toLowerCase();
}

/** What to call a thing whose name is now `name`. */
export function helpToName(name: string): string {
  const better = toSnakeCase(name);
  return better === ""
    ? `Use lower-case letters, digits and "_", beginning with a letter`
    : `Name it "${better}"`;
}
