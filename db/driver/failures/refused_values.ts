/**
 * Cassandra's messages about values that it refuses → what the caller is told. Its own words name columns,
 * tables and stored facts, such as the length of a list, which callers may have no right to read. For an
 * unknown message, the caller is only told that values were refused.
 *
 * The messages come from Cassandra 5.0; a test compares each with a node's.
 *
 * @module
 */

interface Reason {
  readonly says: RegExp;
  /** @param own the caller's own values that the message repeats, in the order of the groups */
  tell(...own: string[]): string;
}

/** Of an operator: a node calls it the failure of a function. */
const FAILED_OPERATION = /^the operation '.*' failed: /;

/** Of a text that is not the JSON of its column, which a node calls the same. */
const BAD_JSON: readonly Reason[] = [
  {
    says: /^execution of 'system\.from_?json\[.*?\]' failed: Could not decode JSON string/,
    tell: () => "a text is not JSON",
  },
  {
    says: /^org\.apache\.cassandra\.serializers\.MarshalException: /,
    tell: () => "the JSON does not fit its column",
  },
];

const REASONS: readonly Reason[] = [
  ...BAD_JSON,
  { says: /^Key may not be empty/, tell: () => "a key is empty" },
  {
    says: /^Key length of \d+ is longer than maximum of (\d+)/,
    tell: (max) => `a key is longer than ${max} bytes`,
  },
  {
    says: /^Cannot index value of size |^Index expression values may not be larger than /,
    tell: () => "a value is too long for the index of its column",
  },
  {
    says: /^List index (-?\d+) out of bound/,
    tell: (index) => `the list has no element at index ${index}`,
  },
  {
    says: /^Attempted to (?:set|delete) an element (?:on|from) a list which is null/,
    tell: () => "the list has no elements, so none can be set or removed",
  },
  {
    says: /^JSON values map contains unrecognized column: (.*)$/s,
    tell: (member) => `the JSON has a member "${member}" that is not a column`,
  },
  {
    says: /^Error decoding JSON value for ([^:]+):/,
    tell: (member) => `the member "${member}" of the JSON does not fit its column`,
  },
  { says: /^Could not decode JSON string as a map/, tell: () => "the JSON is not an object" },
  { says: /^Got null for INSERT JSON/, tell: () => "the JSON is null, and not an object" },
  { says: /^A TTL must be greater or equal to 0/, tell: () => "a time to live is negative" },
  {
    says: /^ttl is too large\. requested \(\d+\) maximum \((\d+)\)/,
    tell: (max) => `a time to live is longer than ${max} seconds`,
  },
  {
    says: /exceeds maximum supported expiration date of (\d{4})/,
    tell: (year) => `a time to live ends after ${year}, which is as far as Cassandra can store`,
  },
  { says: /^Out of bound timestamp/, tell: () => "the time of the write is out of range" },
  {
    says: /^(?:PER PARTITION )?LIMIT must be strictly positive/,
    tell: () => "a limit is less than 1",
  },
  {
    says: /^Use of ANN OF .* requires a LIMIT that is not greater than (\d+)/,
    tell: (max) => `the limit of a search for the nearest vectors is more than ${max}`,
  },
  {
    says: /^(?:Invalid|Unsupported) (?:null|unset)|^Invalid comparison with null|^Got null/,
    tell: () => "a value that the statement needs is missing or null, such as a part of a key",
  },
  {
    says: /^(?:Request|Mutation|Batch) .*(?:too big|too large)|^Rejected an oversized mutation/,
    tell: () => "the values are larger than the cluster accepts at once",
  },
  {
    says: FAILED_OPERATION,
    tell: () => "the query cannot calculate with them, as in a division by zero",
  },
  { says: /^Guardrail /, tell: () => "they go beyond a limit that the cluster sets" },
];

// A member of the caller's own JSON may be as long as the JSON is.
const MAX_REPEATED = 100;

/** Why Cassandra does not take the values, in words for the caller who sent them. */
export function tellRefusal(message: string): string {
  for (const { says, tell } of REASONS) {
    const match = says.exec(message);
    if (match === null) continue;
    const own = match.slice(1).map((text) =>
      text.length > MAX_REPEATED ? `${text.slice(0, MAX_REPEATED)}…` : text
    );
    return `Cassandra does not accept these values: ${tell(...own)}`;
  }
  return "Cassandra does not accept these values: compare them with what the route's description says, and report it if they fit";
}

/** Whether a function failed because it is `fromJson()`, and a text that it was given does not fit. */
export function isBadJson(message: string): boolean {
  return BAD_JSON.some(({ says }) => says.test(message));
}

/** Whether it is an operator of the statement that failed. */
export function isOfOperator(message: string): boolean {
  return FAILED_OPERATION.test(message);
}

/** The messages of the server's own functions about an argument that they refuse. */
const OF_FUNCTIONS: readonly RegExp[] = [
  ...BAD_JSON.map(({ says }) => says),
  /^In call to function /,
  /^Function system\./,
  /\bfloor (?:function|cannot|can only|on date values)\b/,
  /^The padding argument for function /,
  /^Hash algorithm not found/,
];

/** Whether it is a function of the statement that does not take its arguments. */
export function isOfFunction(message: string): boolean {
  return OF_FUNCTIONS.some((says) => says.test(message));
}
