/**
 * A disk that is full. A service that writes its audit log to `/dev/full` locks it, and all tests that run
 * on a machine share it: each of them has it for a while.
 *
 * @module
 */

/** Resolves once no other test has it. */
export async function takeFullDisk(): Promise<{ readonly path: string } & Disposable> {
  // Nobody else has a reason to lock this one, and a process that ends lets go of it.
  const turn = await Deno.open("/dev/zero");
  await turn.lock(true);
  return { path: "/dev/full", [Symbol.dispose]: () => turn.close() };
}
