/**
 * What this isolate keeps in memory, without what is only waiting to be collected and without what other test
 * files left behind in the same process.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes that are still reachable, in the heap and in buffers outside it. It collects first, for some milliseconds. */
export function keptMemory(): number {
  collectGarbage();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
