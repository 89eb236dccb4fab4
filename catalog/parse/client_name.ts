/**
 * The name that a client knows a parameter by: the one that `as=` gives it, or else the marker's. A segment of a path
 * that several routes have is called as the first of them calls it.
 *
 * @module
 */

interface NamedValue {
  /** The marker's. */
  readonly name: string;
  readonly as: string | null;
  readonly source: { readonly in: string; readonly segment?: string };
}

/** The name of a parameter where clients send it; a header `station_id` is `Station-Id`. */
export function clientNameOf({ name, as, source }: NamedValue): string {
  return as ?? source.segment ?? (source.in === "header" ? headerName(name) : name);
}

/** The name of a parameter in the JSON of an answer, wherever its value came from. */
export function answerNameOf({ name, as }: Omit<NamedValue, "source">): string {
  return as ?? name;
}

function headerName(param: string): string {
  return param.replace(
    /(^|_)([a-z])/g,
    (_, before, letter) => `${before && "-"}${letter.toUpperCase()}`,
  );
}
