/**
 * Work on many things, on a few of them at once.
 *
 * @module
 */

/** What `work` makes of each, in their order. Rejects with the first failure, and begins no more then. */
export async function fewAtOnce<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  { limit }: { readonly limit: number },
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  let hasFailed = false;
  async function worker(): Promise<void> {
    for (const [index, item] of rest) {
      try {
        results[index] = await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
      if (hasFailed) return;
    }
  }
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
