/**
 * Work that many ask for and one run of which is enough for all: reading a file, making a text.
 *
 * @module
 */

/**
 * Never does the work twice at once. Callers who ask while it is under way share the next run with all others who
 * do: the one under way may already have passed what has changed since.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<Result> | null = null;
  let next: Promise<Result> | null = null;
  return function run(): Promise<Result> {
    if (underWay === null) return underWay = work().finally(() => underWay = null);
    return next ??= underWay.catch(() => {}).then(() => {
      next = null;
      return run();
    });
  };
}
