/**
 * Goes on with what may be there already. To wait for it all the same would cost a small request, which has to wait
 * for Cassandra alone, a promise and a turn for each step.
 *
 * @module
 */

/** @throws or rejects with what `next` does, and rejects as `value` does */
export function andThen<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
